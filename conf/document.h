// One YAML document as a tree of nodes that know where they stand. yaml-cpp parses; what it would let pass is
// refused here: duplicate keys, keys that are not text, anchors and aliases (which can blow a small file up),
// tags, a second document, deep nesting, control characters.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "conf/error.h"

namespace flowgate::conf {

struct Node {
  enum class Kind { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  Place place;              // of a null that is a mapping's value: the key's
  std::string text;         // of a scalar
  bool plain = false;       // a scalar without quotes
  std::vector<Node> items;  // of a sequence; of a mapping: key, value, key, value, ...
};

class Document {
 public:
  // Throws Error.
  explicit Document(const std::filesystem::path& file);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  // A null for an empty file.
  const Node& root() const { return root_; }

 private:
  std::string file_;
  Node root_;
};

}  // namespace flowgate::conf
