// Unicode's normal form NFC: one spelling for texts that look the same, as é is one character or e with an
// accent.
#pragma once

#include <string>
#include <string_view>

namespace helpdesk {

// The text in NFC; as it is if it is not UTF-8. For secrets: no copy of it is left in memory but what is
// returned, which the caller overwrites. Throws std::bad_alloc.
std::string to_nfc(std::string_view text);

}  // namespace helpdesk
