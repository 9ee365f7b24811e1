// A password, from whoever starts the program.
#pragma once

#include "flowtoken/secret_file.h"

namespace flowgate::server {

// The first line of the standard input, without its end: LF, or CRLF as some files have it. Throws
// std::runtime_error when it is empty or too long.
void read_password(SecretText& password);
// Asks twice on the terminal, which shows nothing of it. Throws std::runtime_error when there is no terminal,
// the two differ, or as read_password() does.
void ask_password(SecretText& password);

}  // namespace flowgate::server
