/* make_picture.c: draws before.png: a lake between mountains at sunset, with grain. */
#include <math.h>
#include <png.h>
#include <stdint.h>
#include <string.h>

enum { W = 480, H = 320, SHORE = 215 };
static uint8_t rgb[H][W][3];
static uint32_t seed = 7;

static double noise_at(int i) { /* -1 to 1, the same for the same i */
    uint32_t v = (uint32_t)i * 2654435761u;
    v = (v ^ v >> 15) * 2246822519u;
    return (double)(v >> 8) / 8388608.0 - 1;
}
static double ridge(double x, int layer) { /* a line of mountains: noise at four scales */
    double y = 0, scale = 90, height = 1;
    for (int k = 0; k < 5; k++, scale /= 2.1, height /= 2.2) {
        double at = x / scale + layer * 37 + k * 11, f = at - floor(at), s = f * f * (3 - 2 * f);
        y += height * (noise_at((int)floor(at)) * (1 - s) + noise_at((int)floor(at) + 1) * s);
    }
    return y;
}
static void put(uint8_t *p, double r, double g, double b) {
    double v[3] = {r, g, b};
    for (int c = 0; c < 3; c++)
        p[c] = (uint8_t)(v[c] < 0 ? 0 : v[c] > 255 ? 255 : v[c]);
}
static void sky(int x, int y, uint8_t *p) {
    double t = (double)y / SHORE, d = hypot(x - 330, y - 120), glow = exp(-d / 70) * 140;
    if (d < 24) glow = 170;
    put(p, 70 + 170 * t + glow, 80 + 80 * t + glow * 0.8, 150 - 30 * t + glow * 0.35);
}
static void land(int x, int y, uint8_t *p) {
    static const double base[] = {120, 150, 185}, tall[] = {45, 32, 22};
    static const double colour[3][3] = {{128, 104, 142}, {84, 74, 112}, {38, 48, 62}};
    for (int layer = 0; layer < 3; layer++) {
        double top = base[layer] - tall[layer] * ridge(x, layer);
        if (y < top) continue;
        double depth = (y - top) / 60,
               snow = layer == 0 && y < top + 9 + 4 * ridge(x * 3, 9) ? 70 : 0;
        put(p, colour[layer][0] + snow - 25 * depth, colour[layer][1] + snow - 15 * depth,
            colour[layer][2] + snow - 10 * depth);
    }
}
static void grain(uint8_t *p) {
    seed = seed * 1664525u + 1013904223u;
    double g = ((double)(seed >> 24) - 128) * 0.14;
    put(p, p[0] + g, p[1] + g, p[2] + g);
}

int main(int argc, char **argv) {
    for (int y = 0; y < SHORE; y++)
        for (int x = 0; x < W; x++) {
            sky(x, y, rgb[y][x]);
            land(x, y, rgb[y][x]);
        }
    for (int y = SHORE; y < H; y++) /* the lake mirrors it, with waves */
        for (int x = 0; x < W; x++) {
            double wave = 2.5 * sin(y * 1.9 + 3 * ridge(x / 2.0, y / 4));
            int from = 2 * SHORE - y + (int)wave, side = x + (int)wave;
            const uint8_t *p = rgb[from < 0        ? 0
                                   : from >= SHORE ? SHORE - 1
                                                   : from][side < 0    ? 0
                                                           : side >= W ? W - 1
                                                                       : side];
            put(rgb[y][x], p[0] * 0.72, p[1] * 0.78, p[2] * 0.9 + 12);
        }
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            grain(rgb[y][x]);
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = W;
    image.height = H;
    image.format = PNG_FORMAT_RGB;
    return argc < 2 || !png_image_write_to_file(&image, argv[1], 0, rgb, 0, NULL);
}
