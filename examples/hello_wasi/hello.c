/* hello.c: the guest: an ordinary program. It was compiled to hello.wasm (../build-wasm.sh). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    const char *language = getenv("LANGUAGE");
    const char *greeting = language && !strcmp(language, "de") ? "Guten Tag" : "Hello";
    for (int i = 1; i < argc; i++)
        printf("%s, %s!\n", greeting, argv[i]);
    FILE *file = fopen("/letters/note.txt", "r");
    char line[80];
    if (file && fgets(line, sizeof line, file)) printf("the note says: %s", line);
    if (file) fclose(file);
    if (fopen("/letters/new.txt", "w")) printf("it should not be possible to write here\n");
    if (fopen("/etc/passwd", "r")) printf("it should not be possible to read this\n");
    return argc - 1;
}
