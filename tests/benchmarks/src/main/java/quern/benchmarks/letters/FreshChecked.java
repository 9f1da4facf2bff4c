package quern.benchmarks.letters;

import java.math.BigInteger;
import java.util.Random;

/** Numbers whose last digits prove the others; {@link FreshDigits} works the proofs out. */
final class FreshChecked {

    private static final String[] NI_BEGINS = {"AB", "CE", "JG", "LM", "NR", "PW", "SK", "TX", "WL", "YZ"};

    private FreshChecked() {}

    static StyleSet.Slot write(FreshAsk ask) {
        Random v = ask.value();
        if (!ask.tail().isEmpty()) {
            return null;
        }
        return switch (ask.stem()) {
            case "card" -> FreshAsk.slot("credit_card", card(ask, v));
            case "iban" -> FreshAsk.slot("iban", iban(ask, v));
            case "nhs" -> FreshAsk.slot("national_id", cut(FreshDigits.nhs(ask.fill("%########", v)), 3, 3, 4, v));
            case "chi" -> FreshAsk.slot("national_id", chi(ask, v));
            case "ni" -> FreshAsk.slot("national_id", Persona.pick(NI_BEGINS, v) + insurance(ask, v));
            case "steuerid" -> FreshAsk.slot("national_id", tax(v));
            case "rvnr" -> FreshAsk.slot("national_id", pension(ask, v));
            case "ausweis" -> FreshAsk.slot("national_id", FreshDigits.card(v));
            case "kvnr" -> FreshAsk.slot("health_plan", insured(ask, v));
            case "mbi" -> FreshAsk.slot("health_plan", medicare(ask, v));
            case "npi" -> FreshAsk.slot("license", FreshDigits.npi(ask.fill("1########", v)));
            case "dea" -> FreshAsk.slot("license", FreshDigits.dea(ask.fill("B@", v), ask.fill("######", v)));
            case "lanr" -> FreshAsk.slot("license", FreshDigits.physician(ask.fill("%#####", v)) + ask.fill("0%", v));
            case "dl" -> FreshAsk.slot("license", driver(ask, v));
            case "vin" -> FreshAsk.slot("vehicle", FreshDigits.vin(v));
            case "udi" -> FreshAsk.slot("device", label(ask, v));
            default -> null;
        };
    }

    private static String card(FreshAsk ask, Random v) {
        if (v.nextInt(6) == 0) {
            String amex = FreshDigits.luhn(ask.fill("37############", v));
            return v.nextBoolean() ? amex : amex.substring(0, 4) + " " + amex.substring(4, 10) + " "
                    + amex.substring(10);
        }
        String plain = FreshDigits.luhn(ask.fill(v.nextBoolean() ? "4##############" : "5%#############", v));
        String gap = switch (v.nextInt(5)) {
            case 0 -> "";
            case 1 -> "-";
            case 2 -> ".";
            default -> " ";
        };
        return String.join(gap, plain.substring(0, 4), plain.substring(4, 8), plain.substring(8, 12),
                plain.substring(12));
    }

    private static String iban(FreshAsk ask, Random v) {
        String land = "DE";
        String inner = ask.fill("%########0#######%", v).substring(0, 18);
        if (ask.is(FreshAsk.Land.UK)) {
            land = "GB";
            inner = Persona.pick(new String[] {"NWBK", "BARC", "LOYD", "MIDL"}, v) + ask.fill("%#############", v);
        } else if (v.nextInt(6) == 0) {
            land = "AT";
            inner = ask.fill("%###############", v);
        } else if (v.nextInt(9) == 0) {
            land = "NL";
            inner = "INGB" + ask.fill("000%######", v);
        }
        String whole = FreshDigits.iban(land, inner);
        return switch (v.nextInt(6)) {
            case 0 -> whole;
            case 1 -> whole.replaceAll("(.{4})(?=.)", "$1-");
            case 2 -> whole.substring(0, 2) + " " + whole.substring(2);
            default -> whole.replaceAll("(.{4})(?=.)", "$1 ");
        };
    }

    private static String chi(FreshAsk ask, Random v) {
        var birth = ask.persona().birth();
        String day = String.format("%02d%02d%02d", birth.getDayOfMonth(), birth.getMonthValue(), birth.getYear() % 100);
        String chi = FreshDigits.nhs(day + ask.fill("###", v));
        return v.nextInt(4) == 0 ? chi.substring(0, 6) + " " + chi.substring(6) : chi;
    }

    private static String insurance(FreshAsk ask, Random v) {
        String mask = Persona.pick(new String[] {" ## ## ## ", "######", " ######", "-##-##-##-"}, v);
        return ask.fill(mask, v) + (mask.equals(" ######") ? " " : "") + "ABCD".charAt(v.nextInt(4));
    }

    private static String tax(Random v) {
        String id = FreshDigits.tax(v);
        return switch (v.nextInt(3)) {
            case 0 -> id;
            case 1 -> id.substring(0, 2) + "/" + id.substring(2, 5) + "/" + id.substring(5, 8) + "/" + id.substring(8);
            default -> id.substring(0, 2) + " " + id.substring(2, 5) + " " + id.substring(5, 8) + " " + id.substring(8);
        };
    }

    private static String pension(FreshAsk ask, Random v) {
        var birth = ask.persona().birth();
        String day = String.format("%02d%02d%02d", birth.getDayOfMonth(), birth.getMonthValue(), birth.getYear() % 100);
        String area = Persona.pick(new String[] {"12", "14", "24", "53", "65", "08"}, v);
        String letter = ask.fill("@", v);
        String serial = ask.fill("0#", v);
        String check = FreshDigits.pension(area + day, letter.charAt(0), serial);
        return switch (v.nextInt(4)) {
            case 0 -> area + day + letter + serial + check;
            case 1 -> area + "-" + day + "-" + letter + "-" + serial + check;
            default -> area + " " + day + " " + letter + " " + serial + check;
        };
    }

    private static String insured(FreshAsk ask, Random v) {
        String id = FreshDigits.insured(ask.fill("@########", v));
        return switch (v.nextInt(5)) {
            case 0 -> id.charAt(0) + " " + id.substring(1);
            case 1 -> id.charAt(0) + " " + id.substring(1, 4) + " " + id.substring(4, 7) + " " + id.substring(7);
            case 2 -> id.substring(0, 4) + " " + id.substring(4, 7) + " " + id.substring(7);
            default -> id;
        };
    }

    private static String medicare(FreshAsk ask, Random v) {
        String letters = "ACDEFGHJKMNPQRTUVWXY";
        StringBuilder id = new StringBuilder();
        for (char c : "%a##a##aa##".toCharArray()) {
            id.append(c == 'a' ? String.valueOf(letters.charAt(v.nextInt(letters.length()))) : ask.fill("" + c, v));
        }
        return switch (v.nextInt(3)) {
            case 0 -> id.toString();
            case 1 -> id.insert(7, ' ').insert(4, ' ').toString();
            default -> id.insert(7, '-').insert(4, '-').toString();
        };
    }

    /** The sixteen characters of a British driving licence. */
    private static String driver(FreshAsk ask, Random v) {
        if (!ask.is(FreshAsk.Land.UK)) {
            return ask.fill("@#######", v);
        }
        String last = (FreshPeople.write(FreshAsk.of("uk_pt_lastcaps", ask.persona(), v)).text() + "99999")
                .replaceAll("[^A-Z9]", "");
        var birth = ask.persona().birth();
        String mid = birth.getYear() / 10 % 10 + String.format("%02d%02d", birth.getMonthValue(), birth.getDayOfMonth())
                + birth.getYear() % 10;
        String gap = v.nextBoolean() ? " " : "";
        return last.substring(0, 5) + gap + mid + gap + ask.fill("@9%@@", v);
    }

    private static String label(FreshAsk ask, Random v) {
        String item = FreshDigits.item(ask.fill("00%##########", v));
        String serial = ask.fill("@@@%#####", v);
        String expiry = ask.fill("2%0%1#", v);
        return switch (v.nextInt(4)) {
            case 0 -> "(01)" + item + "(17)" + expiry + "(21)" + serial;
            case 1 -> "01" + item + "17" + expiry + "21" + serial;
            case 2 -> "(01)" + item + "(21)" + serial;
            default -> "(01) " + item + " (21) " + serial;
        };
    }

    private static String cut(String digits, int a, int b, int c, Random v) {
        String gap = switch (v.nextInt(5)) {
            case 0 -> "";
            case 1 -> "-";
            default -> " ";
        };
        return String.join(gap, digits.substring(0, a), digits.substring(a, a + b), digits.substring(a + b, a + b + c));
    }

    static int mod97(String digits) {
        return new BigInteger(digits).mod(BigInteger.valueOf(97)).intValue();
    }
}
