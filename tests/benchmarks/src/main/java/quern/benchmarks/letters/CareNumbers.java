package quern.benchmarks.letters;

import java.util.Locale;

/** The numbers of a letter that belong to somebody; {@link CarePapers} has those of states, cars and professions. */
final class CareNumbers {

    private final CareCase facts;
    private final CarePapers papers;

    CareNumbers(CareCase facts, CarePeople people) {
        this.facts = facts;
        this.papers = new CarePapers(facts, people);
    }

    String write(String name) {
        String kind = switch (name) {
            case "mrn" -> "mrn";
            case "member", "medicare", "medicaid", "group", "policy", "ehic", "kvnr" -> "health_plan";
            case "account", "invoice", "routing", "sortcode", "bankaccount", "customer" -> "account";
            case "iban" -> "iban";
            case "oldage", "ageword" -> "age";
            case "card", "cardtail" -> "credit_card";
            case "serial", "udi", "mac", "imei" -> "device";
            case "claim", "case", "accession", "specimen", "subject", "rx", "booking", "ticket", "order", "docket",
                    "employee", "student", "handle", "run", "auth", "biometric" -> "other_id";
            default -> null;
        };
        return kind == null ? papers.write(name) : CareText.mark(kind, switch (kind) {
            case "mrn" -> facts.fill(facts.pick("^######", "00-##-##-##", "MR0######", "H000######", "E^######",
                    "^##-##-##", "@######", "^#######", "@@ ######", "^### ####", "##-######", "^#########"));
            case "health_plan" -> plan(name);
            case "account" -> account(name);
            case "iban" -> iban();
            case "age" -> name.equals("oldage") ? String.valueOf(facts.between(90, facts.random.nextInt(3) == 0
                    ? 104 : 97))
                    : facts.pick("ninety", "ninety-one", "ninety-two", "ninety-four", "ninety-seven", "ninety-nine");
            case "credit_card" -> card(name);
            case "device" -> device(name);
            default -> other(name);
        });
    }

    private String plan(String name) {
        return switch (name) {
            case "medicare" -> medicare();
            case "medicaid" -> facts.fill(facts.pick("^########", "@@^####@", "^##########"));
            case "group" -> facts.fill(facts.pick("^#####", "GRP^####", "0#####-0##", "@@@-^###"));
            case "ehic" -> "80" + facts.fill("##################");
            case "kvnr" -> kvnr();
            case "policy" -> facts.fill(facts.pick("@@@-^###-###/0#", "^##/######/@", "POL^######", "@@ ^### ### ##",
                    "^###-^####-##"));
            default -> facts.fill(facts.pick("@@@ ^########", "@^########", "W^#### #####", "^#########-01",
                    "@@@^#########", "^##-^#####-0#", "U^###### ##", "YPM^###@^###"));
        };
    }

    /** Eleven characters of the kind that the American programme gives out. */
    private String medicare() {
        String letters = "ACDEFGHJKMNPQRTUVWXY";
        StringBuilder text = new StringBuilder();
        for (char c : "CANNANNAANN".toCharArray()) {
            text.append(c == 'A' ? letters.charAt(facts.random.nextInt(letters.length()))
                    : facts.fill(c == 'C' ? "^" : "#").charAt(0));
        }
        return facts.random.nextBoolean() ? text.toString() : CareChecks.grouped(text.toString(), "-", 4, 3, 4);
    }

    private String kvnr() {
        String body = facts.fill("@########");
        String digits = String.format("%02d", body.charAt(0) - 'A' + 1) + body.substring(1);
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int product = (digits.charAt(i) - '0') * (i % 2 + 1);
            sum += product > 9 ? product - 9 : product;
        }
        return body + sum % 10;
    }

    private String account(String name) {
        return switch (name) {
            case "invoice" -> facts.fill(facts.pick("INV-202#-0####", "^#####", "RE-##/^####", "202#-^####", "@@/^####",
                    "I^######"));
            case "routing" -> routing();
            case "sortcode" -> facts.fill(facts.pick("##-##-##", "## ## ##"));
            case "bankaccount" -> facts.fill(facts.land.equals("us") ? facts.pick("^#########", "^###########",
                    "^### ### ###")
                    : facts.pick("########", "#### ####"));
            case "customer" -> facts.fill(facts.pick("C-^#####", "^### ### ##", "KD^#####", "^#######"));
            default -> facts.fill(facts.pick("^#####-^##", "^########", "A^######", "HAR^######", "^###-^####-#",
                    "00^#######"));
        };
    }

    private String routing() {
        String body = facts.pick("0", "1", "2", "3") + facts.fill("#######");
        int sum = CareChecks.weighted(body, 3, 7, 1);
        return body + (10 - sum % 10) % 10;
    }

    private String iban() {
        String land = facts.land.equals("uk") || facts.land.equals("us") ? "GB"
                : facts.land.toUpperCase(Locale.ROOT);
        String pattern = switch (land) {
            case "GB" -> facts.pick("NWRK", "ALBY", "HRTS") + "##############";
            case "IE" -> "ARDB##############";
            case "FR" -> "#######################";
            case "NL" -> facts.pick("OUDB", "MERW") + "##########";
            case "ES" -> "####################";
            case "IT" -> "@######################";
            case "BE" -> "############";
            case "PL" -> "########################";
            case "SE" -> "####################";
            case "AT" -> "################";
            case "CH" -> "#################";
            default -> "##################";
        };
        String iban = CareChecks.iban(land, facts.fill(pattern));
        return facts.random.nextInt(3) == 0 ? iban : CareChecks.grouped(iban, facts.random.nextInt(8) == 0 ? "-" : " ",
                4, 4, 4, 4, 4, 4, 4);
    }

    private String card(String name) {
        if (name.equals("cardtail")) {
            return facts.fill("####");
        }
        if (facts.random.nextInt(5) == 0) {
            String amex = CareChecks.luhn(facts.pick("34", "37") + facts.fill("############"));
            return facts.random.nextBoolean() ? amex : CareChecks.grouped(amex, facts.pick(" ", "-"), 4, 6, 5);
        }
        String card = CareChecks.luhn(facts.fill(facts.pick("4##############", "51#############", "55#############",
                "6011###########", "2221###########", "4##############")));
        return facts.random.nextInt(3) == 0 ? card : CareChecks.grouped(card, facts.pick(" ", " ", "-"), 4, 4, 4, 4);
    }

    private String device(String name) {
        return switch (name) {
            case "udi" -> udi();
            case "mac" -> mac();
            case "imei" -> CareChecks.luhn("35" + facts.fill("############"));
            default -> facts.fill(facts.pick("PZX######S", "SN-^#####-@", "^###-@@@-####", "@@^########", "^##########",
                    "NG^######H", "@^##/####", "202#@@####", "BLE ^######", "^####@#"));
        };
    }

    private String udi() {
        String body = facts.pick("0", "1") + facts.fill("############");
        String expiry = facts.fill("2^") + String.format("%02d", facts.between(1, 12)) + facts.pick("28", "30", "15");
        String gtin = "(01)" + body + CareChecks.gtinDigit(body);
        return gtin + facts.pick("(17)" + expiry + "(10)" + facts.fill("@^####") + "(21)" + facts.fill("@@######"),
                "(21)" + facts.fill("^########"), "(11)" + expiry + "(21)" + facts.fill("@^#####@"));
    }

    private String mac() {
        StringBuilder text = new StringBuilder();
        String separator = facts.pick(":", ":", "-");
        for (int i = 0; i < 6; i++) {
            text.append(i > 0 ? separator : "").append(String.format("%02X", facts.random.nextInt(256)));
        }
        return facts.random.nextBoolean() ? text.toString() : text.toString().toLowerCase(Locale.ROOT);
    }

    private String other(String name) {
        return facts.fill(switch (name) {
            case "claim" -> facts.pick("CLM-^######", "^###-^####-0#", "^##########", "@@##-^#####", "##/^####/@@");
            case "case" -> facts.pick("##-^####", "SW/^####/##", "C^######", "202#/0####", "REF^#####@");
            case "accession" -> facts.pick("S##-0####", "A202#^####", "^#######-01", "CT-##-^####", "ACC^########");
            case "specimen" -> facts.pick("L^######", "##@^####", "^##### B", "BB-^###-##", "##-###-^###");
            case "subject" -> facts.pick("0##-0###", "@@@-##-^##", "P0##", "^###-##-@@", "S-^####");
            case "rx" -> facts.pick("^######", "0#######-#", "RX^######", "@^####-^##");
            case "booking" -> facts.pick("@@#@#@", "^#####", "@#@@##", "BK-^#####", "^### #### ####");
            case "ticket" -> facts.pick("#^#####", "INC0^#####", "TKT-^####", "SR-202#-^###");
            case "order" -> facts.pick("ORD-^######", "^##-^######", "PO^#####", "A^######B");
            case "docket" -> facts.pick("PR-202#-^###", "##-GD-0^###", "COP ^#######", "202#-P-^####",
                    "^# XVII ^##/##");
            case "employee" -> facts.pick("E^####", "^#####", "EMP-0^###", "@@^###");
            case "student" -> facts.pick("^#######", "S^######", "##-^####", "@^###########");
            case "run" -> facts.pick("^######-###", "CAD ##-0^####", "EMS##^#####", "R^#####");
            case "auth" -> facts.pick("PA^######", "A^########", "##^#####", "@@-^#####");
            case "biometric" -> facts.pick("FP-^###-@#@#", "IRIS^#####", "VP@^######");
            case "handle" -> facts.pick("k~~~~^#", "~~~~_~~~^#", "sunny~~~^##", "moss.~~~~");
            default -> throw new IllegalStateException("no number " + name);
        });
    }
}
