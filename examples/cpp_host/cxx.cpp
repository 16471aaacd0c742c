// cxx.cpp: the generated C (not the guest of the same name beside this file) as C++: it is valid C++17 too.
#include <stats.c>
