// A certificate to start with: self-signed, for development and for a first try.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtoken/flow.h"

namespace flowgate::conf {

// Makes an ECDSA P-256 key (mode 0600) and a self-signed certificate for it, valid for 825 days, when both
// files are missing. Its subjectAltName holds `domains`, those of `addresses` that are not unspecified, and
// 127.0.0.1. True: they were made; false: both files exist. Throws Error (one line) when only one of them is
// missing, or when they cannot be written.
bool make_missing_certificate(const std::filesystem::path& certificate,
                              const std::filesystem::path& private_key,
                              const std::vector<std::string>& domains,
                              const std::vector<Endpoint>& addresses);

// True: both files exist; false: they could be made. Throws as make_missing_certificate() does; makes
// nothing.
bool check_certificate(const std::filesystem::path& certificate, const std::filesystem::path& private_key);

}  // namespace flowgate::conf
