#!/usr/bin/env bash
# browse.sh CHROMIUM FOLDER: opens FOLDER/index.html without a window; every section must have its figures, and the page
# must call itself right. Leaves FOLDER/page.png.
set -euo pipefail
chromium=$1
folder=$2
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
flags=(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$profile" --window-size=900,1900
    --virtual-time-budget=60000)
timeout 120 "$chromium" "${flags[@]}" --dump-dom "file://$folder/index.html" >"$folder/page.html" 2>"$folder/chromium.log" || {
    tail -5 "$folder/chromium.log"
    exit 1
}
result=$(sed -n 's/.*<body data-result="\([^"]*\)".*/\1/p' "$folder/page.html")
echo "the page says: $result"
[[ $result == ok ]]
for section in memory buffers structures records bufferpool objectpool; do
    grep -q "id=\"$section\"><tbody><tr><th>" "$folder/page.html" || {
        echo "section $section is empty"
        exit 1
    }
done
timeout 120 "$chromium" "${flags[@]}" --screenshot="$folder/page.png" "file://$folder/index.html" >/dev/null 2>&1
[[ -s $folder/page.png ]]
