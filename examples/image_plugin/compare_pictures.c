/* compare_pictures.c: exit code 0 when two PNG files show the same. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

static png_bytep load(const char *path, png_image *image) {
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(image, path)) return NULL;
    image->format = PNG_FORMAT_RGB;
    png_bytep bytes = (png_bytep)malloc(PNG_IMAGE_SIZE(*image));
    if (bytes && !png_image_finish_read(image, NULL, bytes, 0, NULL)) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

int main(int argc, char **argv) {
    png_image a, b;
    if (argc < 3) return 2;
    png_bytep x = load(argv[1], &a), y = load(argv[2], &b);
    int same =
        x && y && a.width == b.width && a.height == b.height && !memcmp(x, y, PNG_IMAGE_SIZE(a));
    free(x);
    free(y);
    return same ? 0 : 1;
}
