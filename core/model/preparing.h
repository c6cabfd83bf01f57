// Prepares the writes of a resource before they are stored: looks something up, in the database or on another
// server.
#pragma once

#include <memory>

namespace helpdesk {

class Complaints;
class Preparation;
struct Resource;
struct Settings;
struct Write;

struct Preparing {
    // Begins the preparation of a call's write (call/preparation.h), which must outlive it and stay where it
    // is. Returns null if there is nothing to look up.
    std::unique_ptr<Preparation> (*begin)(Write& write, const Settings& settings) = nullptr;
    // Prepares a row of an import, for which nothing is looked up.
    void (*prepare_row)(Write& write, const Settings& settings) = nullptr;
    // Complains about a resource that lacks what these functions need.
    void (*validate)(const Resource& resource, Complaints& complaints) = nullptr;
};

}  // namespace helpdesk
