#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "doctor/reply_json.h"

namespace relaybench::doctor {

namespace {

using Json = nlohmann::json;

/// Reads a list of models without keeping the document: some are half a megabyte of descriptions, and what came of a cut one counts.
///
///   {"data": [ {"id": …}, … ]}     depth 1: the root, 2: the list, 3: an entry
///   [ {"id": …}, … ]               depth 1: the list, 2: an entry
class ModelReader final : public nlohmann::json_sax<Json> {
  public:
    [[nodiscard]] bool has_list() const { return list_depth_ > 0 || is_null_; }
    [[nodiscard]] bool is_bare() const { return list_depth_ == 1; }
    [[nodiscard]] bool has_more() const { return has_more_; }
    [[nodiscard]] std::vector<std::string> taken() { return std::move(names_); }
    [[nodiscard]] bool has_names() const { return !names_.empty(); }

    bool null() override {
        is_null_ = is_null_ || (depth_ == 1 && is_list_name(root_key_));
        return true;
    }
    bool boolean(bool value) override {
        has_more_ = has_more_ || (value && depth_ == 1 && root_key_ == "has_more");
        return true;
    }
    bool number_integer(number_integer_t /*value*/) override { return true; }
    bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
    bool binary(binary_t& /*value*/) override { return true; }
    bool string(string_t& value) override {
        if (is_in_entry() && entry_key_ == "id") {
            id_ = std::move(value);
        } else if (is_in_entry() && entry_key_ == "name") {
            name_ = std::move(value);
        }
        return true;
    }
    bool key(string_t& value) override {
        if (depth_ == 1) {
            root_key_ = std::move(value);
        } else if (is_in_entry()) {
            entry_key_ = std::move(value);
        }
        return true;
    }
    bool start_object(std::size_t /*elements*/) override {
        ++depth_;
        return true;
    }
    bool end_object() override {
        if (is_in_entry()) {
            add_entry();
        }
        --depth_;
        return true;
    }
    bool start_array(std::size_t /*elements*/) override {
        ++depth_;
        const bool is_list = depth_ == 1 || (depth_ == 2 && list_depth_ == 0 && is_list_name(root_key_));
        list_depth_ = is_list ? depth_ : list_depth_;
        is_open_ = is_open_ || is_list;
        return true;
    }
    bool end_array() override {
        is_open_ = is_open_ && depth_ != list_depth_;
        --depth_;
        return true;
    }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const Json::exception& /*error*/) override { return false; }

  private:
    static constexpr std::size_t kMostModels = 5000;

    static bool is_list_name(std::string_view name) { return name == "data" || name == "models"; }
    [[nodiscard]] bool is_in_entry() const { return is_open_ && depth_ == list_depth_ + 1; }

    void add_entry() {
        constexpr std::string_view kFolder = "models/";  // Google's
        std::string name = id_.empty() ? std::exchange(name_, {}) : std::exchange(id_, {});
        name_.clear();
        entry_key_.clear();
        name.erase(0, name.starts_with(kFolder) ? kFolder.size() : 0);
        if (names_.size() == kMostModels) {
            has_more_ = true;
        } else if (!name.empty()) {
            names_.push_back(std::move(name));
        }
    }

    std::size_t depth_ = 0;
    std::size_t list_depth_ = 0;  ///< 0: no list was found
    bool is_open_ = false;        ///< the list has begun and not ended
    bool is_null_ = false;
    bool has_more_ = false;
    std::string root_key_;
    std::string entry_key_;
    std::string id_;
    std::string name_;
    std::vector<std::string> names_;
};

}  // namespace

std::optional<ModelList> read_model_list(std::string_view json) {
    ModelReader reader;
    const bool is_document = Json::sax_parse(json, &reader);
    // A bare or broken document is a list by what it names.
    if (!reader.has_list() || ((reader.is_bare() || !is_document) && !reader.has_names())) {
        return std::nullopt;
    }
    return ModelList{.names = reader.taken(), .is_whole = is_document && !reader.has_more()};
}

bool is_model(std::string_view json) {
    const Json document = Json::parse(json, nullptr, false);
    return document.is_object() && document.contains("id") && document["id"].is_string() && !document.contains("error");
}

}  // namespace relaybench::doctor
