#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kKeyCodes = std::to_array<FindingCode>({
    {"key.missing", Party::You, "No API key was found",
     "None of the places that were searched holds a key, or the one that does is empty: a variable that was set in another shell, a "
     "service that does not inherit the environment, a .env file that nobody loads. Every request would be answered 401. Where no place is "
     "named and the host is not known to want a key, it is a finding only when the relay says so.",
     "Set the key in the environment of the program that needs it, then open a new shell or restart the service."},
    {"key.shadowed", Party::You, "Two places hold different keys, and only one of them is used",
     "Both places were read and their contents differ. The first one wins; a new key that was put into the second one changes nothing.",
     "Remove the key from the place that should not be used."},
    {"key.whitespace", Party::You, "The key has a blank or a line break before, after or inside it",
     "Files end in a line break and copies take a blank along. The bytes are sent as part of the key, and many clients refuse to build "
     "such a header at all. Told from key.invisible-char by the character: these are ASCII blanks.",
     "Copy the key again without anything around it, or trim it where it is read."},
    {"key.invisible-char", Party::You, "The key holds characters that cannot be seen or do not belong in a key",
     "A no-break space, a zero-width space, a byte-order mark, a curly quote or a letter of another alphabet came along from a chat, a PDF "
     "or an editor. The key looks right and is another one. Position and code point are shown, never the key.",
     "Copy the key from the relay's console itself, into a plain text editor or straight into the shell."},
    {"key.quoted", Party::You, "The key has quotation marks around it that are sent as part of it",
     "Some loaders (docker --env-file, systemd, CI variables) take quotation marks literally, where a shell removes them.",
     "Remove the quotation marks at this place."},
    {"key.wrong-provider", Party::You, "The key is one of another provider",
     "Its beginning is the one that another provider gives its keys, and it matches no format of this relay. The relay answers 401.",
     "Use a key of this relay, or the URL of the provider that gave out this key. If this relay does give out such keys, say so: "
     "--key-format "
     "'^sk-.+'."},
    {"key.placeholder", Party::You, "The key is the placeholder of an example, not a key",
     "The text is one that documentation uses for a key (YOUR_API_KEY, angle brackets, a row of x), or has far too little variety for a "
     "key.",
     "Put a real key from the relay's console in its place."},
    {"key.unexpanded-variable", Party::You, "The key is the name of a variable that was never replaced by its value",
     "The text is $NAME, ${NAME}, %NAME% or {{NAME}}: it stood in single quotes, in a file that no shell reads, or in the syntax of "
     "another shell.",
     "Let the shell expand it (double quotes), or write the value itself where nothing expands variables."},
    {"key.masked-copy", Party::You, "The key was copied from a display that hides its middle",
     "Stars, dots or an ellipsis stand where the rest of the key was. Consoles show a key in full only once.",
     "Create a new key and copy it at once; the hidden part cannot be recovered."},
    {"key.bearer-prefix", Party::You, "The key begins with \"Bearer\", which would be sent twice",
     "The word belongs to the header, not to the key; clients add it themselves. The relay sees \"Bearer Bearer …\" (or \"BearerKEY\" "
     "without its space) and answers 401.",
     "Remove the word and the blank after it from the key."},
    {"key.assignment", Party::You, "The key is a whole line NAME=value instead of the value",
     "The line of a .env file or an export command was pasted where only the key belongs.",
     "Keep what stands to the right of the equals sign."},
    {"key.url", Party::You, "The key is a URL",
     "It holds \"://\": two settings, key and base URL, were mixed up, or a line was shifted when they were pasted.",
     "Put the URL into the setting for the base URL and the key into the one for the key."},
    {"key.document", Party::You, "The key is a whole file or line that holds a key, not the key",
     "It is JSON, a PEM file, or a name with a colon before its value (YAML, a header). Told from key.assignment by the colon or the "
     "braces.",
     "Put the value alone where the key belongs, or let the program that reads the file take the key out of it."},
    {"key.path", Party::You, "The key is the path of a file, not what is in it",
     "Containers get secrets as files, and a variable that should name such a file was taken for the key, or the other way round.",
     "Give the file to what reads keys from files (--key-file here), or put its contents into the variable."},
    {"key.two-keys", Party::You, "Two keys were pasted one behind the other",
     "The text can be cut into two keys of this relay's formats: pasted twice, or a new key behind the old one.",
     "Keep one of them: the one that the relay's console lists as active."},
    {"key.encoded", Party::You, "The key is encoded: it was not turned back into itself",
     "Decoded (base64, as Kubernetes keeps secrets, or percent-encoding) it matches a format of this relay; as it stands it matches none.",
     "Decode it where it is read: base64 -d, or stringData in place of data in a Kubernetes secret."},
    {"key.surplus", Party::You, "Something stands before or behind the key that is not part of it",
     "Without it the text matches a format of this relay: a comma, a full stop, a bracket or an equals sign from what it was copied out "
     "of, or "
     "\"\\n\" as two characters. Told from key.quoted and key.whitespace by the characters.",
     "Copy the key alone."},
    {"key.truncated", Party::You, "The key is shorter than keys of its kind",
     "It begins as a key of this relay does and ends too early: a copy that stopped at a line end, or a field that is too short.",
     "Copy the whole key again; compare its length with what the console shows."},
    {"key.case-changed", Party::You, "The key's letters were changed between upper and lower case",
     "With its case changed back it would match a format of the relay. Keys are compared byte by byte.",
     "Copy the key again; do not pass it through anything that changes case."},
    {"key.test-key", Party::You, "This is a sandbox key, and the host is the live one",
     "Keys of the sandbox have a beginning of their own. The live host may answer 401, or answers as the sandbox does.",
     "Use a live key, or go on if the sandbox is what you want."},
    {"key.unknown-format", Party::You, "The key matches none of the formats that are known of this relay",
     "Nothing else is odd about it. Formats change and guides contradict each other, so this is a warning only; the check of the key with "
     "the relay decides.",
     "If the relay refuses it, copy the key again from the relay's console."},
});

}  // namespace

std::span<const FindingCode> key_codes() { return kKeyCodes; }

}  // namespace relaybench::doctor
