// main.cpp: a C++ program and a translated module: owners, spans over guest memory, traps as C++ exceptions.
#include "stats.h"
#include "w2c.hpp"
#include <cmath>
#include <iostream>
#include <numeric>

namespace {

struct Stats {
    std::unique_ptr<stats, decltype(&stats_delete)> module{nullptr, stats_delete};
    Stats() {
        w2c_error why{};
        w2c_config config{};
        stats *m;
        config.error = &why;
        if (stats_new(&m, nullptr, &config) != W2C_OK) throw w2c::error(why.status, why.text);
        module.reset(m);
    }
    w2c_instance *instance() const { return stats_instance(module.get()); }

    std::pair<double, double> summary(const w2c::doubles &x, const w2c::doubles &results) const {
        uint32_t n;
        w2c::check(stats_x_summary(module.get(), x.address(), static_cast<uint32_t>(x.span().size()), results.address(),
                                   results.address() + 8, &n),
                   instance());
        return {results.span()[0], results.span()[1]};
    }
};

} // namespace

int main() {
    w2c_init_traps();
    try {
        Stats guest;
        w2c::exchange exchange(guest.instance());
        auto samples = w2c::allocate(exchange, 1000), results = w2c::allocate(exchange, 2);
        std::iota(samples.span().begin(), samples.span().end(), 1.0); // straight into guest memory
        auto [mean, variance] = guest.summary(samples, results);
        std::cout << "mean " << mean << ", deviation " << std::sqrt(variance) << '\n';
        try {
            guest.summary(w2c::allocate(exchange, 1), results); // too few: it traps
        } catch (const w2c::error &e) {
            std::cout << "caught: " << e.what() << '\n';
        }
        try {
            w2c::doubles(guest.instance(), 0xfffffff8, 1);
        } catch (const w2c::error &e) {
            std::cout << "caught: " << e.what() << '\n';
        }
        std::cout << "again: mean " << guest.summary(samples, results).first << '\n';
    } catch (const w2c::error &e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
