#include "registrar/digest/algorithm.h"

#include "sip/text.h"

namespace flowgate::digest {

std::string_view algorithm_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::md5:
      return "MD5";
    case Algorithm::sha256:
      return "SHA-256";
    case Algorithm::sha512_256:
      return "SHA-512-256";
  }
  return {};
}

std::optional<Algorithm> algorithm_from(std::string_view name) {
  if (name.empty()) return Algorithm::md5;
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::sha512_256}) {
    const std::string_view known = algorithm_name(algorithm);
    if (name == known || sip::equals_nocase(name, known)) return algorithm;
  }
  return std::nullopt;
}

}  // namespace flowgate::digest
