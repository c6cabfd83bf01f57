// Unicode's normal form NFC gives one spelling to texts that look the same: é may be one character, or e with
// an accent.
#pragma once

#include <string>
#include <string_view>

namespace helpdesk {

// Returns the text in NFC, or unchanged if it is not UTF-8. It may be used for secrets: no copy is left in
// memory except the result, which the caller must overwrite. Throws std::bad_alloc.
std::string to_nfc(std::string_view text);

}  // namespace helpdesk
