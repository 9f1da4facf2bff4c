package quern.curation.deident;

import static quern.curation.deident.IdentifierKind.ACCOUNT;
import static quern.curation.deident.IdentifierKind.CREDIT_CARD;
import static quern.curation.deident.IdentifierKind.DEVICE;
import static quern.curation.deident.IdentifierKind.HEALTH_PLAN;
import static quern.curation.deident.IdentifierKind.IBAN;
import static quern.curation.deident.IdentifierKind.LICENSE;
import static quern.curation.deident.IdentifierKind.MRN;
import static quern.curation.deident.IdentifierKind.NATIONAL_ID;
import static quern.curation.deident.IdentifierKind.OTHER_ID;
import static quern.curation.deident.IdentifierKind.SSN;
import static quern.curation.deident.IdentifierKind.VEHICLE;

import java.util.List;

/** The words that name a number, in English, German and French. */
final class LabelTable {

    private static final String NO = "\\.?[\\s.-]{0,3}(?:numbers?|no\\b|nr\\b|nummer|id\\b|identifier|code|"
            + "#|n\u00B0|card)";
    private static final String NO_OR_NONE = "(?:" + NO + ")?";

    /**
     * @param words first words of the label
     * @param rest pattern of what follows the first word
     * @param numbered whether a word for "number" or a colon makes the difference
     */
    record Row(IdentifierKind kind, String words, String rest, boolean numbered) {}

    static final List<Row> ROWS = List.of(
            row(SSN, "ssn ss soc", "(?:\\.?[\\s.]{0,2}sec(?:urity)?)?" + NO_OR_NONE),
            row(SSN, "social", "\\s{1,2}security" + NO_OR_NONE),
            row(MRN, "mrn mr# fallnummer fallnr patientennummer patientennr aufnahmenummer krankenblattnummer "
                    + "patientenid ipp nip fallzahl krankenaktennummer", ""),
            row(MRN, "chart hosp hospno", NO_OR_NONE),
            row(HEALTH_PLAN, "kv mcare mcaid hmo ppo pol membership suppl hcn ohip", NO_OR_NONE),
            row(LICENSE, "gmc nmc hcpc gdc gphc pin lic rpps adeli lanr bsnr cpso cpsbc cmq ahpra nmbi mcrn",
                    NO_OR_NONE),
            row(MRN, "medical med", "\\.?\\s{0,3}rec(?:ord)?s?" + NO_OR_NONE),
            row(MRN, "patient pat pt hospital chart unit encounter visit record admission accession specimen subject "
                    + "patienten fall aufnahme dossier episode", NO),
            new Row(MRN, "mr", "\\s?(?:#|no\\b|number)", false),
            row(MRN, "accession encounter patienten", ""),
            row(MRN, "dossier akte krankenakte patientenakte", "(?=\\s?[:#])"),
            row(MRN, "num\u00E9ro n", "(?:\u00B0|\\s)\\s{0,2}(?:de\\s{1,2})?dossier"),
            row(HEALTH_PLAN, "member subscriber policy insurance medicare medicaid beneficiary group plan insured "
            + "payer "
                    + "health versicherten versicherungs krankenversicherten kassen", "(?:\\s{1,2}plan)?" + NO),
            row(HEALTH_PLAN, "policy medicare medicaid versichertennummer versicherungsnummer versichertennr "
                    + "krankenversichertennummer policennummer kvnr hicn mbi", "(?:\\s{1,2}claim)?" + NO_OR_NONE),
            row(HEALTH_PLAN, "num\u00E9ro", "\\s{1,2}d['\u2019]assur\u00E9"),
            row(IBAN, "iban", ""),
            row(CREDIT_CARD, "card visa mastercard amex kreditkarte kreditkartennummer kartennummer",
                    "(?:\\s{1,2}card)?" + NO_OR_NONE),
            row(ACCOUNT, "account acct konto kundennummer kunden kontonummer kontonr customer kundennr client routing "
                    + "bank", "(?:\\s{1,2}(?:account|acct))?" + NO_OR_NONE),
            row(ACCOUNT, "a", "/c" + NO_OR_NONE),
            row(ACCOUNT, "sort", "\\s?code" + NO_OR_NONE),
            new Row(ACCOUNT, "sort", "(?=\\s\\d{2}[\\s-]\\d{2}[\\s-]\\d{2}\\b)", false),
            row(ACCOUNT, "blz bic bankleitzahl bsb", ""),
            row(LICENSE, "license licence driver drivers passport certificate registration permit dl reisepass "
                    + "f\u00FChrerschein personalausweis ausweis permis passeport ausweisnummer passnummer "
                    + "f\u00FChrerscheinnummer zulassung", "(?:['\u2019]?s?\\s{1,2}(?:licen[cs]e|permit))?"
                    + NO_OR_NONE),
            row(LICENSE, "state medical nursing", "\\s{1,2}licen[cs]e" + NO_OR_NONE),
            row(NATIONAL_ID, "npi dea nhs chi steuernummer steueridentifikationsnummer steueridnr idnr bsn nir ppsn "
                    + "rentenversicherungsnummer sozialversicherungsnummer upin nino svnr nif", NO_OR_NONE),
            row(NATIONAL_ID, "national steuer tax insee", "(?:\\s{1,2}(?:provider|insurance))?[\\s-]{0,2}" + NO),
            row(VEHICLE, "vin fin fahrgestellnummer kennzeichen immatriculation", NO_OR_NONE),
            new Row(VEHICLE, "immatricul\u00E9 immatricul\u00E9e immatricul\u00E9s plaque plaques",
                    "(?:\\s{1,2}d['\u2019]immatriculation)?", false),
            row(VEHICLE, "chassis vehicle car engine kfz", "(?:\\s{1,2}(?:id|identification|registration))?[\\s-]{0,2}"
                    + "(?:" + NO + "|plate|registration|kennzeichen)"),
            new Row(VEHICLE, "license licence number registration car tag", "(?:\\s{1,2}plates?)" + NO_OR_NONE, false),
            new Row(VEHICLE, "plate plates registration", "\\s{0,2}" + NO_OR_NONE, false),
            row(DEVICE, "serial device implant unit ger\u00E4te serien model lot udi imei",
                    "[\\s-]{0,2}(?:identifier|identification)?" + NO),
            row(DEVICE, "serial udi imei seriennummer ger\u00E4tenummer gtin imsi", NO_OR_NONE),
            row(DEVICE, "s", "/n"),
            row(DEVICE, "sn", ""),
            row(OTHER_ID, "subject proband", "(?=\\s[A-Z]{1,3}-?\\d{3})"),
            row(OTHER_ID, "booking reservation", NO_OR_NONE),
            row(OTHER_ID, "ref reference az aktenzeichen claim invoice order rechnung rechnungsnummer rechnungsnr case "
                    + "ticket employee user customer student trial vorgangsnummer auftragsnummer bestellnummer "
                    + "zeichen gesch\u00E4ftszeichen facture confirmation incident tracking transaction docket "
                    + "file badge "
                    + "protocol study prescription rx login username id ids", NO_OR_NONE));

    private LabelTable() {}

    private static Row row(IdentifierKind kind, String words, String rest) {
        return new Row(kind, words, rest, !rest.isEmpty());
    }
}
