package quern.curation.deident;

import java.util.Locale;

/**
 * What identifies somebody: HIPAA's 18 identifiers as far as they are text (biometric identifiers and photographs are
 * not), and those numbers apart that check themselves.
 */
public enum IdentifierKind {
    /** Names of people. */
    NAME,
    /** Streets, towns, counties, post codes: every place smaller than a state. */
    ADDRESS,
    /** Everything of a date but its year. */
    DATE,
    /** Ages over 89. */
    AGE,
    /** Telephone numbers. */
    PHONE,
    /** Fax numbers. */
    FAX,
    /** Mail addresses. */
    EMAIL,
    /** Social security numbers of the United States. */
    SSN,
    /** Medical record, case, encounter and patient numbers. */
    MRN,
    /** Numbers of health plans, policies and insured people. */
    HEALTH_PLAN,
    /** Numbers of accounts and customers. */
    ACCOUNT,
    /** Numbers of certificates and licences, passports and identity cards. */
    LICENSE,
    /** Vehicle identification numbers and plates. */
    VEHICLE,
    /** Serial numbers and hardware addresses of devices. */
    DEVICE,
    /** Addresses in the web. */
    URL,
    /** IP addresses, version 4 and 6. */
    IP,
    /** Numbers of payment cards. */
    CREDIT_CARD,
    /** International bank account numbers. */
    IBAN,
    /** NPI, DEA, NHS number, Steuer-ID, NIR, Krankenversichertennummer. */
    NATIONAL_ID,
    /** Any other unique number or code. */
    OTHER_ID;

    /** As in a recipe's {@code kinds}: {@code health_plan}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What stands in its place when masked: {@code [HEALTH_PLAN]}. */
    public String placeholder() {
        return "[" + name() + "]";
    }

    /** @throws IllegalArgumentException naming what there is */
    public static IdentifierKind of(String key) {
        for (IdentifierKind kind : values()) {
            if (kind.key().equals(key)) {
                return kind;
            }
        }
        StringBuilder all = new StringBuilder();
        for (IdentifierKind kind : values()) {
            all.append(all.isEmpty() ? "" : ", ").append(kind.key());
        }
        throw new IllegalArgumentException("no kind of identifier '" + key + "', expected " + all);
    }
}
