#include "registrar/digest/challenge.h"

#include "sip/edits.h"

namespace flowgate::digest {

// RFC 7616 §3.3: algorithm and stale are tokens, all others are quoted. RFC 8760 §2.6 (8): "A UAS MUST always
// send a "qop" parameter".
Challenges::Challenges(sip::Header header, std::string_view realm, std::string_view opaque)
    : in_front_(sip::header_name(header)) {
  for (const std::string_view piece :
       {std::string_view{": Digest realm=\""}, realm, std::string_view{"\", nonce=\""}})
    sip::append_clean(in_front_, piece);
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::sha512_256}) {
    std::string& behind = behind_[static_cast<std::size_t>(algorithm)];
    for (const std::string_view piece :
         {std::string_view{"\", opaque=\""}, opaque, std::string_view{"\", algorithm="},
          algorithm_name(algorithm), std::string_view{", qop=\"auth\""}})
      sip::append_clean(behind, piece);
    behind_stale_[static_cast<std::size_t>(algorithm)] = behind + ", stale=true\r\n";
    behind += "\r\n";
  }
}

void Challenges::write(std::span<const Algorithm> algorithms, std::string_view nonce, bool stale,
                       std::string& out) const {
  const Behind& behind = stale ? behind_stale_ : behind_;
  const std::size_t longest = in_front_.size() + nonce.size() + behind.back().size();
  out.reserve(out.size() + algorithms.size() * longest);
  for (const Algorithm algorithm : algorithms)
    out.append(in_front_).append(nonce).append(behind[static_cast<std::size_t>(algorithm)]);
}

}  // namespace flowgate::digest
