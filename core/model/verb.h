// A verb says what an action does with its resource. Each is a row of call/verbs.cpp, or is made beside the
// work that it alone begins, and a resource lists those that it has. The rest of the program reads the
// members of a verb, and never asks which one it is.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

struct Action;
struct Incoming;
struct Resource;
class Work;

struct Verb {
    std::string_view name;    // begins the action's name: add, delete
    std::string_view answer;  // begins the output variable: added; empty: the answer is a list
    bool many = false;        // the action's name ends with the resource's plural

    // These say what it does to one record. All are false for a verb that only reads.
    bool changes = false;  // changes or makes it; such an action takes an Idempotency-Key
    bool adds = false;     // makes it
    bool stores = false;   // stores the values of the resource's variables
    bool removes = false;
    // Makes it as it was elsewhere: with its own number and its parts, and empty where it was empty. Only a
    // row of an import is such a call.
    bool brings = false;
    bool restores = false;    // a record that was deleted
    bool erases = false;      // all that says whose record it is; its resource must have an `erasing`
    bool of_deleted = false;  // is about a record that was deleted and may be restored
    // The verbs that it stands for if the record exists or does not; null unless it is such a verb. Its
    // resource must have both.
    const Verb* when_found = nullptr;
    const Verb* when_missing = nullptr;

    bool selects = false;     // reads the resource's selectors
    bool signs_in = false;    // checks a password
    bool takes_rows = false;  // the body of its request carries many records
    bool gives_rows = false;  // its answer carries many records, as an import takes them
    bool is_mode = false;     // an import can carry it out for its rows
    bool takes_if_match = false;
    bool takes_long = false;  // also changes what belongs to the record, which may be a great many rows
    // The variable with the record of the same resource into which the record goes. It is required, the
    // answer is its number or identifier, and both records are locked, in the order of their numbers, before
    // anything is read of them. If the resource has a `merging`, the record is then removed. Empty: the verb
    // is about one record.
    std::string_view into = {};

    // Returns why a resource cannot have it, as a predicate for validate(), or an empty text if it can. Null:
    // every resource can have it.
    std::string_view (*unsuited)(const Resource& resource) = nullptr;
    // Returns the variables that its action on a resource reads, besides key, action and format.
    std::vector<std::string> (*variables)(const Verb& verb, const Resource& resource) = nullptr;
    // A sentence for integrators on what its action does. `{one}` stands for the resource's noun with its
    // article, `{many}` for its plural.
    std::string_view about = {};
    // Returns what its action takes and answers, in Markdown, for the reference.
    std::string (*describe)(const Action& action) = nullptr;

    // Makes the work of a request's call (call/incoming.h).
    std::unique_ptr<Work> (*begin)(const Incoming& incoming) = nullptr;
};

// The verbs that any resource may have.
namespace verbs {

extern const Verb add;
extern const Verb update;
extern const Verb upsert;
extern const Verb remove;
extern const Verb restore;
extern const Verb purge;
extern const Verb get;
extern const Verb verify;
extern const Verb import_;
extern const Verb export_;
// Adds a row of an import to a resource with parts. No resource lists it, so that no client can call it.
extern const Verb bring;

}  // namespace verbs

}  // namespace helpdesk
