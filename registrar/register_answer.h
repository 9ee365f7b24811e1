// The 200 to a REGISTER: RFC 3261 §10.3 (8), RFC 3327 §5.3, RFC 5626 §6, RFC 5627 §5.2, draft-gruu §7.1.2.1.
#pragma once

#include <boost/container/small_vector.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "registrar/register_request.h"

namespace flowgate::registrar {

// A binding as the 200 lists it.
struct ListedBinding {
  std::string_view contact;
  std::string_view instance;
  std::uint64_t epoch = 0;
  std::chrono::seconds expires{0};  // from now; as granted when it was just made
};

// What a record holds that has not expired: a copy, in one piece.
class Listing {
 public:
  Listing() = default;
  Listing(const Record& record, Instant now);

  std::size_t size() const { return entries_.size(); }
  std::size_t octets() const { return text_.size(); }  // of all contacts and instance-ids
  // Views the listing.
  ListedBinding operator[](std::size_t index) const;

 private:
  struct Entry {
    std::size_t contact_size, instance_size;
    std::size_t begin;  // of both, one behind the other, in text_
    std::uint64_t epoch;
    std::chrono::seconds expires;
  };
  std::string text_;
  boost::container::small_vector<Entry, 2> entries_;
};

Answer write_answer(const RegisterRequest& request, const Listing& listing, const Options& options,
                    EncryptedGruus& encrypted_gruus);

}  // namespace flowgate::registrar
