// The verbs of the API: what an action does with its resource. A verb is a row of call/verbs.cpp, and a
// resource lists those that it has. The rest of the program asks a verb for what it needs to know of it, and
// never which one it is.
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
    bool many = false;        // the action's name goes on with the plural of the resource

    // What it does to one record, if it changes any.
    bool changes = false;  // whether it does; such an action takes an Idempotency-Key
    bool adds = false;     // makes the record
    bool stores = false;   // stores the values of the resource's variables
    bool removes = false;
    // What it does depends on whether the record exists: one of these two, both of which the resource has.
    const Verb* when_found = nullptr;
    const Verb* when_missing = nullptr;

    bool selects = false;     // reads the resource's selectors
    bool signs_in = false;    // checks a password
    bool takes_rows = false;  // the body of its request carries many records
    bool gives_rows = false;  // its answer carries many records, as an import takes them
    bool is_mode = false;     // is what the rows of an import can be
    bool takes_if_match = false;

    // Returns why a resource cannot have it, as a predicate. Empty: it can. Null: every resource can.
    std::string_view (*unsuited)(const Resource& resource) = nullptr;
    // Returns the variables that its action on a resource reads, besides key, action and format.
    std::vector<std::string> (*variables)(const Verb& verb, const Resource& resource) = nullptr;
    // For an integrator: a sentence on what its action does. `{one}` stands for the resource's noun with its
    // article, `{many}` for its plural.
    std::string_view about = {};
    // Returns what its action takes and answers, in Markdown, for the reference.
    std::string (*describe)(const Action& action) = nullptr;

    // Makes of a request what its call does (call/incoming.h).
    std::unique_ptr<Work> (*begin)(const Incoming& incoming) = nullptr;
};

namespace verbs {

extern const Verb add;
extern const Verb update;
extern const Verb upsert;
extern const Verb remove;
extern const Verb get;
extern const Verb locate;
extern const Verb verify;
extern const Verb import_;
extern const Verb export_;

}  // namespace verbs

}  // namespace helpdesk
