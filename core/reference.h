// The reference of all actions, as Markdown: what the README shows, made from the tables that drive them.
#pragma once

#include <string>

namespace helpdesk {

std::string reference_text();

}  // namespace helpdesk
