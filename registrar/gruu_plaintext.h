// What stands inside an encrypted GRUU:
//
//   octet 0      bit 0: the instance-id is a UUID; bit 1: there is an epoch
//   octets 1-8   the epoch, if there is one, network byte order
//   then         the 16 octets of the UUID; or a length (2 octets) and the instance-id
//   then         a length (2 octets) and the user part of the AOR
//   then         zeros up to 48 octets, or else to a multiple of 64, so that the length says next to nothing
//                about the AOR: with a UUID, users of up to 21 characters have the least
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "registrar/encrypted_gruu.h"

namespace flowgate::registrar {

// Appends it. `user`: that of the AOR. The instance-id is written in the spelling that all equal ones share.
void write_gruu_plaintext(std::string_view instance, std::optional<std::uint64_t> epoch,
                          std::string_view user, std::string& out);
std::optional<EncryptedGruu> read_gruu_plaintext(std::string_view plaintext, std::string_view domain);

}  // namespace flowgate::registrar
