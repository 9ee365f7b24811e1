// What a TLS context keeps alive, and its callbacks use: connections outlive whoever made their context.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace flowgate::transport {

template <typename T>
class ContextData {
 public:
  static void put(SSL_CTX* context, std::shared_ptr<T> data) {
    auto kept = std::make_unique<std::shared_ptr<T>>(std::move(data));
    if (SSL_CTX_set_ex_data(context, index(), kept.get()) != 1)
      throw std::runtime_error("TLS: out of memory");
    static_cast<void>(kept.release());
  }
  static T& of(const SSL_CTX* context) {
    return **static_cast<std::shared_ptr<T>*>(SSL_CTX_get_ex_data(context, index()));
  }

 private:
  static int index() {
    static const int number = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, release);
    return number;
  }
  static void release(void*, void* kept, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<std::shared_ptr<T>*>(kept);
  }
};

}  // namespace flowgate::transport
