#include "registrar/digest/challenge.h"

#include "sip/writer.h"

namespace flowgate::digest {

// RFC 7616 §3.3: algorithm and stale are tokens, all others are quoted. RFC 8760 §2.6 (8): "A UAS MUST always
// send a "qop" parameter".
void write_challenges(sip::Header header, const Challenge& challenge,
                      const std::vector<Algorithm>& algorithms, std::string& out) {
  sip::FieldWriter writer(out);
  for (const Algorithm algorithm : algorithms) {
    writer.field(sip::header_name(header),
                 {"Digest realm=\"", challenge.realm, "\", nonce=\"", challenge.nonce, "\", opaque=\"",
                  challenge.opaque, "\", algorithm=", algorithm_name(algorithm), ", qop=\"auth\"",
                  challenge.stale ? ", stale=true" : ""});
  }
}

}  // namespace flowgate::digest
