// HTML as a search reads it: what a browser would show, not how.
#pragma once

#include <string_view>

namespace helpdesk::search {

// Both expect that the text begins with the character they are about, and remove what they have read from it.

// Reads a tag at `<`, a comment, or a script or style with all that is in it. Returns whether it parts words,
// as all but the likes of `<b>` do. A `<` that begins none of them is removed alone, and parts words.
bool skip_tag(std::string_view& text);

// Reads a character at `&`: that of `&eacute;` or `&#233;`, otherwise the sign itself, which is removed
// alone.
char32_t next_entity(std::string_view& text);

}  // namespace helpdesk::search
