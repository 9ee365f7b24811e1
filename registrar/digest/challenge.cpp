#include "registrar/digest/challenge.h"

#include "sip/edits.h"

namespace flowgate::digest {

// RFC 7616 §3.3: algorithm and stale are tokens, all others are quoted. RFC 8760 §2.6 (8): "A UAS MUST always
// send a "qop" parameter".
Challenges::Challenges(std::string_view realm, std::string_view opaque) {
  for (const std::string_view piece :
       {std::string_view{": Digest realm=\""}, realm, std::string_view{"\", nonce=\""}})
    sip::append_clean(in_front_, piece);
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::sha512_256}) {
    std::string& behind = behind_[static_cast<std::size_t>(algorithm)];
    for (const std::string_view piece :
         {std::string_view{"\", opaque=\""}, opaque, std::string_view{"\", algorithm="},
          algorithm_name(algorithm), std::string_view{", qop=\"auth\""}})
      sip::append_clean(behind, piece);
  }
}

void Challenges::write(sip::Header header, std::span<const Algorithm> algorithms, std::string_view nonce,
                       bool stale, std::string& out) const {
  constexpr std::string_view if_stale = ", stale=true";
  const std::string_view name = sip::header_name(header);
  const std::size_t longest = in_front_.size() + nonce.size() + behind_.back().size() + if_stale.size();
  out.reserve(out.size() + algorithms.size() * (name.size() + longest + 2));
  for (const Algorithm algorithm : algorithms) {
    out.append(name).append(in_front_).append(nonce).append(behind_[static_cast<std::size_t>(algorithm)]);
    if (stale) out.append(if_stale);
    out.append("\r\n");
  }
}

}  // namespace flowgate::digest
