#include "read_back.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <memory>

#include "fuzz.h"
#include "json.h"
#include "text.h"

namespace helpdesk {
namespace {

std::string string(const xmlChar* text) {
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

std::string take(xmlChar* text) {
    std::string result = string(text);
    xmlFree(text);
    return result;
}

std::vector<const xmlNode*> elements(const xmlNode* parent) {
    std::vector<const xmlNode*> found;
    for (const xmlNode* node = parent->children; node != nullptr; node = node->next)
        if (node->type == XML_ELEMENT_NODE)
            found.push_back(node);
    return found;
}

Record fields_of(const xmlNode* parent) {
    Record fields;
    for (const xmlNode* node : elements(parent))
        fields.emplace_back(string(node->name), take(xmlNodeGetContent(node)));
    return fields;
}

std::vector<Record> read_xml(Shape shape, std::string_view text, const std::string& root_name,
                             const std::string& record) {
    const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
        xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                      XML_PARSE_NONET | XML_PARSE_HUGE),
        xmlFreeDoc);
    require(document != nullptr, "the XML is well-formed");
    const xmlNode* root = xmlDocGetRootElement(document.get());
    require(string(root->name) == root_name, "the XML has its root");
    std::vector<Record> records;
    if (shape == Shape::answer)
        return {fields_of(root)};
    for (const xmlNode* node : elements(root)) {
        require(string(node->name) == record, "the XML has its records");
        if (shape == Shape::list)
            records.push_back(fields_of(node));
        else
            records.push_back({{"error", take(xmlNodeGetContent(node))},
                               {"code", take(xmlGetProp(node, reinterpret_cast<const xmlChar*>("code")))}});
    }
    return records;
}

std::vector<Record> read_json(std::string_view text, const std::string& root_name) {
    const Json root(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
    require(root != nullptr, "the JSON is well-formed");
    const json_t* list = json_object_get(root.get(), root_name.c_str());
    require(json_object_size(root.get()) == 1 && json_is_array(list), "the JSON has its root");
    std::vector<Record> records;
    for (std::size_t i = 0; i < json_array_size(list); ++i) {
        json_t* record = json_array_get(list, i);
        Record fields;
        for (void* member = json_object_iter(record); member != nullptr;
             member = json_object_iter_next(record, member)) {
            const json_t* value = json_object_iter_value(member);
            require(json_is_string(value), "every JSON value is a string");
            fields.emplace_back(json_object_iter_key(member),
                                std::string(json_string_value(value), json_string_length(value)));
        }
        records.push_back(std::move(fields));
    }
    return records;
}

std::vector<Record> read_url(std::string_view text) {
    std::vector<Record> records;
    for (bool more = !text.empty(); more;) {
        const std::size_t end = text.find('\n');
        more = end != std::string_view::npos;
        std::string_view line = text.substr(0, end);
        text.remove_prefix(more ? end + 1 : text.size());
        Record fields;
        for (bool rest = true; rest;) {
            const std::string_view pair = line.substr(0, line.find('&'));
            rest = pair.size() < line.size();
            line.remove_prefix(pair.size() + (rest ? 1 : 0));
            const std::size_t equals = pair.find('=');
            require(equals != std::string_view::npos, "every pair has its equals sign");
            const auto value = text::decode_form_text(pair.substr(equals + 1));
            require(value.has_value(), "every value can be decoded");
            fields.emplace_back(std::string(pair.substr(0, equals)), *value);
        }
        records.push_back(std::move(fields));
    }
    return records;
}

}  // namespace

std::vector<Record> read_back(Format format, Shape shape, std::string_view text, const std::string& root,
                              const std::string& record) {
    require(text::is_utf8(text), "the answer is UTF-8");
    switch (format) {
        case Format::xml:
            return read_xml(shape, text, root, record);
        case Format::json:
            return read_json(text, root);
        case Format::url:
            break;
    }
    return read_url(text);
}

std::string join(const TextPieces& pieces) {
    std::string text;
    for (const std::string& piece : pieces)
        text += piece;
    return text;
}

}  // namespace helpdesk
