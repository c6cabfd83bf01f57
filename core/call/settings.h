// The settings of a location that the core needs.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "answer/format.h"
#include "call/request_memory.h"
#include "date.h"
#include "db/database.h"
#include "key.h"
#include "model/resource.h"
#include "password.h"

namespace helpdesk {

// Holds what the configuration says for a location.
struct Settings {
    std::vector<Key> keys;
    bool refuse_key_in_url = false;
    const DatabaseSettings* database = nullptr;
    int bcrypt_cost = default_bcrypt_cost;
    Format format = Format::xml;
    std::string format_variable = "format";
    bool legacy_status = false;  // for old clients: 200 instead of all our 4xx
    bool reject_unknown = false;
    bool geocoder = false;           // look up coordinates that the client does not send
    std::size_t max_records = 1000;  // of a list if the call gives no `count`
    TimeFormat time_format = TimeFormat::reference;
    bool encode_text = false;  // percent-encode free text in XML and JSON
    CheckOptions check;
    // Shared by all locations that inherit it.
    std::shared_ptr<RequestMemory> memory = std::make_shared<RequestMemory>(RequestMemory::default_most);
};

}  // namespace helpdesk
