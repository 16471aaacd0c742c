/* main.c: PNG in, a filter that came as WebAssembly, PNG out. libpng reads straight into the
 * plugin's memory, and writes straight from it; the plugin can touch nothing else, and its time
 * and memory are limited.
 *   image_plugin IN.png OUT.png [RADIUS] */
#include "painting.h"
#include "w2c_exchange.h"
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(const char *what, const char *why) {
    fprintf(stderr, "image_plugin: %s: %s\n", what, why);
    return 1;
}

typedef struct Plugin {
    painting *m;
    w2c_exchange *x;
} Plugin;

static bool plugin_open(Plugin *p) {
    w2c_error error;
    w2c_config config = {.max_memory = 256 << 20, .error = &error};
    if (painting_new(&p->m, NULL, &config) != W2C_OK) return !complain("plugin", error.text);
    w2c_status status = w2c_exchange_new(&p->x, painting_instance(p->m), NULL);
    return status == W2C_OK || !complain("plugin", w2c_status_text(status));
}

/* Room for a picture in the plugin's memory. */
static bool plugin_room(Plugin *p, uint64_t bytes, w2c_view_u8 *view) {
    uint64_t at;
    w2c_status status = w2c_guest_alloc(p->x, bytes, 8, &at);
    if (status == W2C_OK) status = w2c_view_u8_of(view, painting_instance(p->m), at, bytes);
    return status == W2C_OK || !complain("plugin's memory", w2c_exchange_reason(p->x));
}

static int filter(Plugin *p, png_image *image, const char *out, uint32_t radius) {
    w2c_view_u8 from = {0}, to = {0};
    uint32_t rows = 0;
    int failed = 1;
    image->format = PNG_FORMAT_RGB;
    uint64_t bytes = PNG_IMAGE_SIZE(*image);
    if (!plugin_room(p, bytes, &from) || !plugin_room(p, bytes, &to)) {
        png_image_free(image);
    } else if (!png_image_finish_read(image, NULL, from.base, 0, NULL)) {
        complain("reading", image->message);
    } else {
        w2c_status status = painting_x_paint(p->m, (uint32_t)from.address, (uint32_t)to.address,
                                             image->width, image->height, radius, &rows);
        if (status != W2C_OK)
            complain("the plugin", w2c_status_text(status));
        else if (rows != image->height)
            complain("the plugin", "it refuses");
        else if (!png_image_write_to_file(image, out, 0, to.base, 0, NULL))
            complain("writing", image->message);
        else
            failed = 0;
    }
    w2c_view_u8_release(&from);
    w2c_view_u8_release(&to);
    return failed;
}

int main(int argc, char **argv) {
    Plugin plugin = {0};
    png_image image;
    if (argc < 3) {
        fprintf(stderr, "usage: %s IN.png OUT.png [RADIUS]\n", argv[0]);
        return 2;
    }
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&image, argv[1])) return complain(argv[1], image.message);
    w2c_init_traps();
    int failed = !plugin_open(&plugin);
    if (failed)
        png_image_free(&image);
    else
        failed =
            filter(&plugin, &image, argv[2], argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 4);
    if (!failed) printf("%u x %u pixels: %s\n", image.width, image.height, argv[2]);
    w2c_exchange_delete(plugin.x);
    painting_delete(plugin.m);
    return failed;
}
