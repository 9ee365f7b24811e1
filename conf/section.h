// Typed reading of a Document's nodes: a Value is a node with its full name ("registrar.store"), a Section a
// mapping of known keys. All functions throw Error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/document.h"

namespace flowgate::conf {

// A view: the Document must live on.
class Value {
 public:
  Value(const Node& node, std::string name) : node_(&node), name_(std::move(name)) {}

  // The same value, but no error shows its text or that of its children.
  Value secret() const;

  const Node& node() const { return *node_; }
  const std::string& name() const { return name_; }

  // "FILE:LINE:COLUMN: NAME: reason".
  [[noreturn]] void refuse(std::string_view reason) const;
  // "FILE:LINE:COLUMN: NAME: expected WHAT, found ...".
  [[noreturn]] void expected(std::string_view what) const;

  // Not empty, no control characters, no blank at either end.
  const std::string& text(std::string_view what = "text") const;
  // A whole number in decimal digits, without quotes.
  std::uint32_t number(std::uint32_t least, std::uint32_t most) const;
  // A list with at least one item; the items bear this value's name.
  std::vector<Value> list(std::string_view what) const;
  // An absolute path; a relative one is relative to `folder`.
  std::filesystem::path path(const std::filesystem::path& folder) const;
  // Refuses a file that could not be made, as there is no folder for it.
  void check_folder(const std::filesystem::path& file) const;

 private:
  friend class Section;

  const Node* node_;
  std::string name_;
  bool secret_ = false;
};

class Section {
 public:
  // An empty section for a null. Keys other than `keys` are refused, the nearest known one suggested.
  Section(const Value& value, std::vector<std::string_view> keys);

  std::optional<Value> find(std::string_view key) const;
  // The section of that key; an empty one when there is none.
  Section section(std::string_view key, std::vector<std::string_view> keys) const;
  // About the value of that key, or about the whole section when there is none.
  [[noreturn]] void refuse(std::string_view key, std::string_view reason) const;
  // The number of that key, or `otherwise` when there is none.
  std::uint32_t number(std::string_view key, std::uint32_t otherwise, std::uint32_t least,
                       std::uint32_t most) const;
  // True or false.
  bool flag(std::string_view key, bool otherwise) const;

 private:
  Value child(std::string_view key, const Node& node) const;

  Value value_;
};

}  // namespace flowgate::conf
