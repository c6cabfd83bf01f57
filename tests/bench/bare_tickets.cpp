#include "bare_tickets.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <stdexcept>

#include "request/decode.h"
#include "search/words.h"

namespace bare {
namespace {

constexpr int deadlock = 1213;

std::string replaced(std::string text, const std::string& slot, const std::string& value) {
    if (const auto at = text.find(slot); at != std::string::npos)
        text.replace(at, slot.size(), value);
    return text;
}

std::string decoded(const std::string& value) {
    helpdesk::Variables variables;
    helpdesk::decode_form("value=" + value, variables);
    return std::string(variables.get("value"));
}

Value column(sql::ResultSet& row, unsigned number) {
    if (row.isNull(number))
        return std::nullopt;
    return std::string(row.getString(number));
}

const Value none = std::nullopt;

}  // namespace

std::map<std::string, std::vector<std::string>> read_pools(const std::string& path) {
    std::map<std::string, std::vector<std::string>> pools;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto tab = line.find('\t');
        pools[line.substr(0, tab)].push_back(decoded(line.substr(tab + 1)));
    }
    return pools;
}

TicketClient::TicketClient(const Options& options, unsigned number)
    : options_(options), random_(options.run * 100 + number), connection_(connect(options)) {
    connection_->setAutoCommit(options.action.starts_with("get"));
}

void TicketClient::step() {
    const Values call = draw();
    if (options_.action == "get_history")
        read(replaced(text("history"), "{limit}", "1000"), {call.at("tid")});
    else if (options_.action == "get_tickets" && call.contains("keyword"))
        keyword(*call.at("keyword"));
    else if (options_.action == "get_tickets")
        get_tickets(call);
    else
        write(call);
}

// A value of the call is either a text or a pool.
Values TicketClient::draw() {
    Values values;
    for (std::size_t begin = 0; begin < options_.call.size();) {
        const std::size_t end = std::min(options_.call.find('&', begin), options_.call.size());
        const std::string variable = options_.call.substr(begin, end - begin);
        const std::size_t equals = variable.find('=');
        std::string value = variable.substr(equals + 1);
        if (value.starts_with("{")) {
            const auto& pool = options_.pools.at(value.substr(1, value.size() - 2));
            value = pool[random_() % pool.size()];
        }
        values.emplace(variable.substr(0, equals), std::move(value));
        begin = end + 1;
    }
    return values;
}

std::string TicketClient::page_of(const std::string& found, const std::string& conditions, int count) {
    std::string page = replaced(text("tickets"), "{found}", found);
    page = replaced(std::move(page), "{conditions}", conditions);
    return replaced(std::move(page), "{limit}", std::to_string(count + 1));
}

void TicketClient::get_tickets(const Values& call) {
    std::string found = "tickets AS ticket";
    std::string conditions;
    std::vector<Value> values;
    for (const char* selector : {"tid", "cid", "closed", "visible_to"})
        if (const auto value = call.find(selector); value != call.end()) {
            found += " " + text("tickets-" + std::string(selector) + "-join");
            conditions += " AND " + text(std::string("tickets-") + selector);
            values.push_back(value->second);
        }
    const auto count = call.find("count");
    read(page_of(found, conditions, count == call.end() ? 1000 : std::stoi(*count->second)), values);
}

// No word is so common in the help desk that it may not lead.
void TicketClient::keyword(const std::string& keyword) {
    std::vector<std::string> words = helpdesk::search::keywords_of(keyword);
    std::string counts = "SELECT ";
    std::string conditions;
    for (std::size_t i = 0; i < words.size(); ++i) {
        counts += (i == 0 ? "" : ", ") + text("count-word");
        conditions += i == 0 ? "" : " AND " + text("tickets-word");
    }
    std::vector<Value> values(words.begin(), words.end());
    const std::unique_ptr<sql::ResultSet> counted(bound(counts, values).statement->executeQuery());
    counted->next();
    std::size_t leading = 0;
    for (std::size_t i = 1; i < words.size(); ++i)
        if (counted->getUInt64(static_cast<unsigned>(i + 1)) <
            counted->getUInt64(static_cast<unsigned>(leading + 1)))
            leading = i;
    std::swap(values[0], values[leading]);
    read(page_of(text("tickets-with-word"), conditions, 20), values);
}

void TicketClient::write(const Values& call) {
    while (true) {
        try {
            if (options_.action == "add_ticket")
                add_ticket(call);
            else if (options_.action == "update_ticket")
                update_ticket(call);
            else
                add_history(call);
            return connection_->commit();
        } catch (const sql::SQLException& error) {
            if (error.getErrorCode() != deadlock)
                throw;
            connection_->rollback();
        }
    }
}

void TicketClient::add_ticket(const Values& call) {
    Values ticket = row("new-ticket", call);
    ticket.insert(call.begin(), call.end());
    run("add-ticket", ticket);
    const std::string tid = last_id();
    const std::string description = *call.at("description");
    run("add-entry", {{"ticket_id", tid},
                      {"date", ticket.at("open_date")},
                      {"type", "R"},
                      {"technician_id", none},
                      {"customer_id", ticket.at("customer_id")},
                      {"author", ticket.at("contact")},
                      {"notes", description},
                      {"customer_viewable", "Y"},
                      {"status_id", ticket.at("status_id")},
                      {"changes", ""},
                      {"words", helpdesk::search::words_as_text(description)}});
    index_words(tid, *call.at("subject") + "\n" + description);
}

void TicketClient::update_ticket(const Values& call) {
    Values ticket = row("changed-ticket", call);
    if (ticket.at("closed") != "Y")
        ticket["close_date"] = none;
    else if (!ticket.at("close_date"))
        ticket["close_date"] = ticket.at("now");
    const std::string changes = R"({"assigned_to":[")" + ticket.at("assigned_to").value_or("") + R"(",")" +
                                ticket.at("new_assigned_to").value() + R"("],"status":[")" +
                                ticket.at("status").value() + R"(",")" + ticket.at("new_status").value() +
                                R"("]})";
    run("update-ticket", ticket);
    run("add-entry", {{"ticket_id", ticket.at("ticket_id")},
                      {"date", ticket.at("now")},
                      {"type", "S"},
                      {"technician_id", ticket.at("doer_id")},
                      {"customer_id", none},
                      {"author", ticket.at("doer_name")},
                      {"notes", ""},
                      {"customer_viewable", "N"},
                      {"status_id", ticket.at("status_id")},
                      {"changes", changes},
                      {"words", ""}});
}

void TicketClient::add_history(const Values& call) {
    Values entry = row("new-entry", call);
    const std::string notes = *call.at("notes");
    entry.insert({{"type", "R"},
                  {"customer_id", none},
                  {"notes", notes},
                  {"customer_viewable", "Y"},
                  {"changes", ""},
                  {"words", helpdesk::search::words_as_text(notes)}});
    run("add-entry", entry);
    index_words(*entry.at("ticket_id"), notes);
}

void TicketClient::index_words(const std::string& tid, const std::string& text_of_ticket) {
    std::string known = " ";
    {
        const std::unique_ptr<sql::ResultSet> row(
            bound(text("ticket-words"), std::vector<Value>{tid}).statement->executeQuery());
        if (row->next())
            known = std::string(row->getString(1)) + " ";
    }
    std::string rows;
    std::string added;
    std::vector<Value> values;
    for (const std::string& word : helpdesk::search::words_of(text_of_ticket))
        if (known.find(" " + word + " ") == std::string::npos) {
            rows += rows.empty() ? "(?, ?)" : ", (?, ?)";
            added += " " + word;
            values.insert(values.end(), {word, tid});
        }
    if (values.empty())
        return;
    bound(replaced(text("add-words"), "{rows}", rows), values).statement->executeUpdate();
    bound(text("store-words"), std::vector<Value>{tid, added}).statement->executeUpdate();
}

// A value is `?`, or `:name`.
TicketClient::Prepared& TicketClient::prepared(const std::string& text) {
    const auto [place, added] = statements_.try_emplace(text);
    Prepared& prepared = place->second;
    if (added) {
        static const std::regex name(":([a-z_]+)");
        for (std::sregex_iterator match(text.begin(), text.end(), name), end; match != end; ++match)
            prepared.names.push_back((*match)[1]);
        prepared.statement.reset(connection_->prepareStatement(std::regex_replace(text, name, "?")));
    }
    return prepared;
}

TicketClient::Prepared& TicketClient::bound(const std::string& text, const std::vector<Value>& values) {
    Prepared& statement = prepared(text);
    unsigned index = 0;
    for (const Value& value : values)
        if (++index; value)
            statement.statement->setString(index, *value);
        else
            statement.statement->setNull(index, sql::DataType::VARCHAR);
    return statement;
}

TicketClient::Prepared& TicketClient::bound(const std::string& text, const Values& values) {
    std::vector<Value> in_order;
    for (const std::string& name : prepared(text).names)
        in_order.push_back(values.at(name));
    return bound(text, in_order);
}

void TicketClient::read(const std::string& text, const std::vector<Value>& values) {
    const std::unique_ptr<sql::ResultSet> row(bound(text, values).statement->executeQuery());
    const unsigned columns = row->getMetaData()->getColumnCount();
    std::size_t size = 0;
    while (row->next())
        for (unsigned number = 1; number <= columns; ++number)
            size += row->getString(number).length();
    if (size == 0)
        throw std::runtime_error("nothing was found");
}

Values TicketClient::row(const std::string& name, const Values& values) {
    const std::unique_ptr<sql::ResultSet> result(bound(text(name), values).statement->executeQuery());
    sql::ResultSetMetaData& columns = *result->getMetaData();
    Values row;
    if (!result->next())
        throw std::runtime_error(name + " found nothing");
    for (unsigned number = 1; number <= columns.getColumnCount(); ++number)
        row[columns.getColumnLabel(number)] = column(*result, number);
    return row;
}

void TicketClient::run(const std::string& name, const Values& values) {
    bound(text(name), values).statement->executeUpdate();
}

std::string TicketClient::last_id() {
    const std::unique_ptr<sql::ResultSet> id(
        bound("SELECT LAST_INSERT_ID()", std::vector<Value>{}).statement->executeQuery());
    id->next();
    return id->getString(1);
}

const std::string& TicketClient::text(const std::string& name) {
    const auto [place, added] = texts_.try_emplace(name);
    if (added)
        place->second = statement_text(options_, name);
    return place->second;
}

}  // namespace bare
