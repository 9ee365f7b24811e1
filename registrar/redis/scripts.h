// What the Redis server does in one step, and the keys and channels that it is done with.
//
//   PREFIXrecord:AOR      a record: its version in decimal digits, a blank, the octets of record_codec.h. It
//                         expires with the last of its bindings.
//   PREFIXversion         the version given last. Versions grow with each change of whichever record, as long
//                         as the server keeps what it was told.
//   PREFIXrecords         the channel of changes: version, who made it, its cause, the length of the AOR,
//   each
//                         with a blank behind it; the AOR; the octets, none when the record is gone.
//   PREFIXusers           a hash: the octets of user_codec.h by the name of the user
//   PREFIXusers:version   the number of their changes
#pragma once

#include <string>
#include <string_view>

namespace flowgate::redis {

struct Keys {
  explicit Keys(const std::string& prefix)
      : record(prefix + "record:"),
        version(prefix + "version"),
        records(prefix + "records"),
        users(prefix + "users"),
        users_version(prefix + "users:version") {}
  std::string record, version, records;
  std::string users, users_version;
};

// A Lua script and the name that the server gives it: the SHA-1 of its text.
struct Script {
  explicit Script(std::string_view lua);
  std::string text, sha1;
};

// Compare and set. KEYS: the record, the version. ARGV: the version that the record must have (0: there must
// be none), the new octets (none: the record goes), when they expire (milliseconds since 1970), the channel,
// what stands between version and octets in what is published. Replies {1, version}, or {0, the record that
// is there}.
const Script& update_record();
// KEYS: users, their version. ARGV: the name, the octets (none: the user goes). Replies 1 when there
// was such a user, else 0.
const Script& update_user();

}  // namespace flowgate::redis
