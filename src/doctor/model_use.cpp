#include "doctor/model_use.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/finding_codes.h"
#include "doctor/key_use.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kBudget = std::chrono::seconds(10);
constexpr std::size_t kShownBytes = 120;

/// A name that goes into a path as it is.
bool is_plain_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](unsigned char letter) {
        return std::isalnum(letter) != 0 || letter == '-' || letter == '.' || letter == '_' || letter == ':' || letter == '/';
    });
}

/// Of names as "openai/gpt-4o": what a relay of many providers puts before the model's own name.
std::string_view own_name(std::string_view name) { return name.substr(name.rfind('/') + 1); }

/// GET /v1/models/NAME: a list need not hold everything that is served, and of a long one only a part may have come.
HttpReply ask_for_model(const Subject& subject, const Facts& facts) {
    const KeySource* key = used_key(subject);
    const bool may_ask = (key == nullptr ? may_be_keyless(subject) : may_send_key(subject, facts)) && is_plain_name(subject.model);
    if (!may_ask) {
        return {};
    }
    HttpQuestion question;
    question.target = fmt::format("{}/models/{}", facts.prefix, subject.model);
    if (key != nullptr) {
        question.headers = with_key(*key, {}).headers;
    }
    return unpacked(ask_relay(subject, facts, std::move(question), trust_for_key(facts), facts.within(kBudget)));
}

const RelayProfile::Replaced* replacement_of(const Subject& subject) {
    const auto& old = subject.profile.deprecated_models;
    const auto at = std::find_if(old.begin(), old.end(), [&](const auto& each) { return each.old_name == subject.model; });
    return at == old.end() ? nullptr : &*at;
}

bool is_listed(const Facts& facts, std::string_view name) {
    return std::find(facts.models.begin(), facts.models.end(), name) != facts.models.end();
}

bool is_of_guides(const RelayProfile& profile, const std::string& name) {
    const auto replaces = [&](const RelayProfile::Replaced& each) { return each.old_name == name || each.use == name; };
    return std::find(profile.models.begin(), profile.models.end(), name) != profile.models.end() ||
           std::any_of(profile.deprecated_models.begin(), profile.deprecated_models.end(), replaces);
}

/// The guides' advice is for a relay that has what they advise, or nothing that they do not know: a model server of one's own may well hold a
/// model by an old name.
bool is_advised(const Subject& subject, const Facts& facts, const RelayProfile::Replaced* replaced) {
    const auto is_known = [&](const std::string& each) { return is_of_guides(subject.profile, each); };
    return replaced != nullptr && (is_listed(facts, replaced->use) || std::all_of(facts.models.begin(), facts.models.end(), is_known));
}

Outcome listed(const Subject& subject, const Facts& facts) {
    const auto* replaced = replacement_of(subject);
    return is_advised(subject, facts, replaced)
               ? Outcome::warn(subject.model + " is listed and deprecated",
                               found("model.deprecated", Confidence::Likely,
                                     fmt::format("{} is still served; use {}.", subject.model, replaced->use)))
               : Outcome::pass(subject.model + " is listed");
}

Outcome not_entitled(const Subject& subject, Confidence confidence, std::string_view why) {
    return Outcome::fail("not for this key", found("model.not-entitled", confidence,
                                                   fmt::format("{} is {}, and the list of models for this key lacks it.",
                                                               core::printable(subject.model, kShownBytes), why)));
}

/// The nearest name: the same without what stands before its slash, or a slip of the pen.
std::string nearest(const Subject& subject, const Facts& facts) {
    const auto same = std::find_if(facts.models.begin(), facts.models.end(),
                                   [&](const std::string& each) { return core::iequals(own_name(each), own_name(subject.model)); });
    if (same != facts.models.end()) {
        return fmt::format(" (did you mean \"{}\"?)", core::printable(*same, kShownBytes));
    }
    const std::vector<std::string_view> names(facts.models.begin(), facts.models.end());
    return core::did_you_mean(subject.model, names);
}

/// A model that the key's list lacks: whether it is served all the same, kept from this key, or not there at all.
Outcome not_listed(const Subject& subject, const Facts& facts) {
    const std::string shown = core::printable(subject.model, kShownBytes);
    const HttpReply reply = ask_for_model(subject, facts);
    if (reply.status == 200 && is_model(reply.body)) {
        return Outcome::pass(shown + " is served, though not listed");
    }
    if (reply.status == 403) {
        return not_entitled(subject, Confidence::Proven, "refused to this key (403)");
    }
    // A page that says 404 may mean that there is no such path.
    const bool is_denied = reply.status == 404 && reply.is_json() && !reply.is_html();
    if (!facts.has_all_models && !is_denied) {
        return Outcome::inconclusive("the list of models did not come whole, and lacks it so far", "a shorter list of models, or --real");
    }
    if (const auto* replaced = replacement_of(subject); is_advised(subject, facts, replaced)) {
        return Outcome::fail(
            subject.model + " is gone",
            found("model.deprecated", Confidence::Proven, fmt::format("{} is no longer served; use {}.", subject.model, replaced->use)));
    }
    const auto& offered = subject.profile.models;
    const auto in_list = [&](const std::string& each) { return is_listed(facts, each); };
    // Of another relay the guides know nothing.
    const bool is_relay_of_guides = std::any_of(offered.begin(), offered.end(), in_list);
    if (is_relay_of_guides && std::find(offered.begin(), offered.end(), subject.model) != offered.end()) {
        return not_entitled(subject, Confidence::Likely, "a model of the relay's guides");
    }
    return Outcome::fail("not listed", found("model.unknown", is_denied && facts.has_all_models ? Confidence::Proven : Confidence::Likely,
                                             fmt::format("The relay {} no model {}{}.", facts.has_all_models ? "lists" : "says that it has",
                                                         shown, nearest(subject, facts))));
}

}  // namespace

Outcome check_model(const Subject& subject, Facts& facts) {
    if (subject.model.empty()) {
        return Outcome::not_applicable("no model was named");
    }
    if (!facts.lists_models) {
        return Outcome::not_applicable("the relay has no list of models");
    }
    if (is_listed(facts, subject.model)) {
        return listed(subject, facts);
    }
    if (facts.models.empty() && facts.has_all_models) {
        return Outcome::fail("no models for this key",
                             found("model.not-entitled", Confidence::Likely, "The list of models for this key is empty."));
    }
    return facts.models.empty() ? Outcome::inconclusive("the relay's list of models is not known", "a good key")
                                : not_listed(subject, facts);
}

}  // namespace relaybench::doctor
