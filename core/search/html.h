// Reads HTML for the search: the text that a browser would show, without its markup.
#pragma once

#include <string_view>

namespace helpdesk::search {

// Both functions need a text that begins with the character that they read, and remove from it what they have
// read.

// Reads what begins with `<`: a tag, a comment, or a script or style with its contents. Returns whether it
// separates words, as all tags do except those like `<b>`. A `<` that begins none of these is removed alone,
// and separates words.
bool skip_tag(std::string_view& text);

// Reads what begins with `&`: the character of `&eacute;` or `&#233;`. Otherwise it is the `&` itself, which
// is removed alone.
char32_t next_entity(std::string_view& text);

}  // namespace helpdesk::search
