#include "allocations.h"

#include <openssl/crypto.h>

#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t made = 0;

void* counted(std::size_t size) {
  ++made;
  void* memory = std::malloc(size != 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* counted(std::size_t size, std::align_val_t alignment) {
  ++made;
  const auto align = static_cast<std::size_t>(alignment);
  void* memory = std::aligned_alloc(align, (size + align - 1) / align * align);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* openssl_malloc(std::size_t size, const char*, int) {
  ++made;
  return std::malloc(size);
}
void* openssl_realloc(void* memory, std::size_t size, const char*, int) {
  ++made;
  return std::realloc(memory, size);
}
void openssl_free(void* memory, const char*, int) {
  std::free(memory);
}

// OpenSSL takes these only before its first allocation, so before main.
[[maybe_unused]] const int openssl_counted =
    CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);

}  // namespace

namespace flowgate::bench {

std::uint64_t allocations() {
  return made;
}

}  // namespace flowgate::bench

// [new.delete]: the array and the nothrow forms come down to these.
void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, alignment);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
