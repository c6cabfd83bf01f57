// The configuration blocks: helpdesk_database { … } and helpdesk_key NAME { … }.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "db/database.h"
#include "key.h"
#include "ngx.hpp"

namespace helpdesk::ngx {

// Both parse up to the closing brace. They throw what is wrong; an empty text when it was logged already.
const DatabaseSettings* parse_database_block(ngx_conf_t* cf);
Key parse_key_block(ngx_conf_t* cf, std::string name);

// A time from 1s to 1h in whole seconds; nothing for all else.
std::optional<std::chrono::seconds> parse_seconds(ngx_str_t text);

}  // namespace helpdesk::ngx
