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
  bool sips = false;                // its URI is
  std::chrono::seconds expires{0};  // from now; as granted when it was just made
};

// What a record holds that has not expired.
class Listing {
 public:
  Listing() = default;
  // A copy: views `kept`.
  Listing(const Record& record, Instant now, KeptText& kept);

  std::size_t size() const { return bindings_.size(); }
  std::size_t octets() const { return octets_; }  // of all contacts and instance-ids
  auto begin() const { return bindings_.begin(); }
  auto end() const { return bindings_.end(); }

 private:
  boost::container::small_vector<ListedBinding, 1> bindings_;
  std::size_t octets_ = 0;
};

// `date`: DateField::line().
Answer write_answer(const RegisterRequest& request, const Listing& listing, const Options& options,
                    EncryptedGruus& encrypted_gruus, std::string_view date);

}  // namespace flowgate::registrar
