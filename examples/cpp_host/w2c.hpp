// w2c.hpp: what a C++ program wants on top of w2c_exchange.h: owners, exceptions for errors, spans for views.
#pragma once
#include "w2c_exchange.h"
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace w2c {

struct error : std::runtime_error {
    w2c_status status;
    error(w2c_status s, const char *detail)
        : std::runtime_error(std::string(w2c_status_text(s)) + (*detail ? ": " : "") + detail), status(s) {}
};

inline void check(w2c_status status, w2c_instance *instance) {
    if (status != W2C_OK) throw error(status, w2c_instance_detail(instance));
}

// The exchange of an instance, deleted with this object.
class exchange {
    std::unique_ptr<w2c_exchange, decltype(&w2c_exchange_delete)> owned{nullptr, w2c_exchange_delete};

  public:
    explicit exchange(w2c_instance *instance) {
        w2c_exchange *x;
        check(w2c_exchange_new(&x, instance, nullptr), instance);
        owned.reset(x);
    }
    operator w2c_exchange *() const { return owned.get(); }
};

// A view of doubles, released with this object; moves, but is not copied.
class doubles {
    w2c_view_f64 view{};

  public:
    doubles(w2c_instance *instance, uint64_t address, size_t count) {
        check(w2c_view_f64_of(&view, instance, address, count), instance);
    }
    doubles(doubles &&other) noexcept : view(std::exchange(other.view, {})) {}
    doubles &operator=(doubles &&) = delete;
    ~doubles() { w2c_view_f64_release(&view); }
    std::span<double> span() const { return {view.base, view.count}; }
    uint32_t address() const { return static_cast<uint32_t>(view.address); }
};

// Doubles in the arena of an exchange, until its reset.
inline doubles allocate(const exchange &x, size_t count) {
    uint64_t address;
    w2c_instance *instance = w2c_exchange_instance(x);
    check(w2c_scratch_alloc(x, count * sizeof(double), 8, &address), instance);
    return {instance, address, count};
}

} // namespace w2c
