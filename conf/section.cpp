#include "conf/section.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "sip/text.h"

namespace flowgate::conf {

namespace {

std::string found(const Node& node, bool secret) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return secret ? "a text that is not shown" : in_quotes(node.text);
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::mapping:
      break;
  }
  return "a mapping";
}

// Levenshtein's distance: how many characters to insert, delete or replace. Both texts are short.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

// "; did you mean 'listen'?", or nothing when no key is near.
std::string suggestion(std::string_view unknown, const std::vector<std::string_view>& keys) {
  constexpr std::size_t longest = 40;
  if (unknown.size() > longest) return {};
  std::string nearest;
  std::size_t best = unknown.size() / 3 + 2;  // exclusive
  for (const std::string_view key : keys) {
    if (const std::size_t d = distance(unknown, key); d < best) {
      best = d;
      nearest = fmt::format("; did you mean '{}'?", key);
    }
  }
  return nearest;
}

}  // namespace

Value Value::secret() const {
  Value value = *this;
  value.secret_ = true;
  return value;
}

void Value::refuse(std::string_view reason) const {
  throw Error(node_->place, name_.empty() ? std::string(reason) : fmt::format("{}: {}", name_, reason));
}

void Value::expected(std::string_view what) const {
  refuse(fmt::format("expected {}, found {}", what, found(*node_, secret_)));
}

const std::string& Value::text(std::string_view what) const {
  if (node_->kind != Node::Kind::scalar || node_->text.empty()) expected(what);
  const std::string& text = node_->text;
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    expected(fmt::format("{} on one line", what));
  }
  // Also what yaml-cpp makes of a quote that is never closed at the end of a file.
  if (text.front() == ' ' || text.back() == ' ') expected(fmt::format("{} without blanks around it", what));
  return text;
}

std::uint32_t Value::number(std::uint32_t least, std::uint32_t most) const {
  const auto number =
      node_->kind == Node::Kind::scalar && node_->plain ? sip::parse_number(node_->text) : std::nullopt;
  if (!number || *number < least || *number > most) {
    expected(fmt::format("a whole number from {} to {}", least, most));
  }
  return *number;
}

std::vector<Value> Value::list(std::string_view what) const {
  if (node_->kind != Node::Kind::sequence) expected(what);
  if (node_->items.empty()) refuse(fmt::format("expected {}, found an empty list", what));
  std::vector<Value> items;
  items.reserve(node_->items.size());
  for (const Node& item : node_->items) items.emplace_back(item, name_);
  return items;
}

std::filesystem::path Value::path(const std::filesystem::path& folder) const {
  return (folder / text("the path of a file")).lexically_normal();
}

void Value::check_folder(const std::filesystem::path& file) const {
  std::error_code ignored;
  const std::filesystem::path folder = file.parent_path();
  if (!std::filesystem::is_directory(folder, ignored))
    refuse(fmt::format("{}: no such folder", folder.string()));
}

Section::Section(const Value& value, std::vector<std::string_view> keys) : value_(value) {
  const Node& node = value.node();
  if (node.kind == Node::Kind::null) return;
  if (node.kind != Node::Kind::mapping) value.expected("a mapping of keys to values");
  for (std::size_t i = 0; i < node.items.size(); i += 2) {
    const std::string& key = node.items[i].text;
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    Value(node.items[i], value.name())
        .refuse(fmt::format("unknown key {}{}", in_quotes(key), suggestion(key, keys)));
  }
}

Value Section::child(std::string_view key, const Node& node) const {
  const Value value(node, value_.name_.empty() ? std::string(key) : fmt::format("{}.{}", value_.name_, key));
  return value_.secret_ ? value.secret() : value;
}

std::optional<Value> Section::find(std::string_view key) const {
  const std::vector<Node>& items = value_.node().items;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (items[i].text != key) continue;
    return child(key, items[i + 1]);
  }
  return std::nullopt;
}

Section Section::section(std::string_view key, std::vector<std::string_view> keys) const {
  static const Node absent;
  return {find(key).value_or(Value(absent, std::string(key))), std::move(keys)};
}

void Section::refuse(std::string_view key, std::string_view reason) const {
  const Node& node = find(key).value_or(value_).node();
  child(key, node).refuse(reason);
}

std::uint32_t Section::number(std::string_view key, std::uint32_t otherwise, std::uint32_t least,
                              std::uint32_t most) const {
  const auto value = find(key);
  return value ? value->number(least, most) : otherwise;
}

bool Section::flag(std::string_view key, bool otherwise) const {
  const auto value = find(key);
  if (!value) return otherwise;
  const std::string& text = value->text("true or false");
  if (text != "true" && text != "false") value->expected("true or false");
  return text == "true";
}

}  // namespace flowgate::conf
