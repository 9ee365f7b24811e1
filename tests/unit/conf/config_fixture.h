// A configuration file in a folder of its own, and what load() says of it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "conf/config.h"
#include "tests/unit/conf/temporary_folder.h"

namespace flowgate::conf {

class ConfigTest : public testing::Test {
 protected:
  Config loaded(const std::string& yaml) { return load(folder.write("flowgate.yaml", yaml)); }
  // `yaml` behind a line "domains: [example.com]".
  Config loaded_with(const std::string& yaml) { return loaded("domains: [example.com]\n" + yaml); }

  // What load() throws, without the folder's name in front; nothing when it throws nothing.
  std::string refusal(const std::string& yaml) {
    try {
      loaded(yaml);
      return {};
    } catch (const Error& error) {
      const std::string prefix = folder.text() + "/";
      const std::string line = error.what();
      return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
    }
  }
  std::string refusal_with(const std::string& yaml) { return refusal("domains: [example.com]\n" + yaml); }

  TemporaryFolder folder;
};

}  // namespace flowgate::conf
