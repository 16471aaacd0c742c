# data.cmake: cmake -DMODULE=... -DREPORT=... -DOUT=data.js -P data.cmake: the module and the report as a script, so that
# the page works from a file.
file(READ ${MODULE} hex HEX)
file(READ ${REPORT} report)
string(STRIP "${report}" report)
file(WRITE ${OUT} "'use strict';\nconst MODULE_HEX = '${hex}';\nconst NATIVE = ${report};\n")
