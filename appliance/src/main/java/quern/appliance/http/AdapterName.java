package quern.appliance.http;

import java.util.Optional;

/** What an adapter is called: part of its id, and the alias it is published under. */
final class AdapterName {

    private static final int CHARS_MAX = 64;

    private AdapterName() {}

    /** @throws ApiError 400 if it is no plain name */
    static Optional<String> of(Fields fields, String field) {
        return fields.text(field).map(name -> {
            boolean plain = !name.isEmpty() && name.length() <= CHARS_MAX
                    && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                            || c == '-' || c == '_' || c == '.')
                    && !name.contains("..");
            if (!plain) {
                throw fields.invalid(field, "is 1 to " + CHARS_MAX + " letters, digits, '-', '_' and '.'");
            }
            return name;
        });
    }
}
