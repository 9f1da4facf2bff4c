package quern.benchmarks.letters;

import java.util.HashMap;
import java.util.Map;

/** Numbers without a check digit, by the masks of {@link FreshAsk#mask}. */
final class FreshNumbers {

    private static final Map<String, String[]> US = new HashMap<>();
    private static final Map<String, String[]> UK = new HashMap<>();
    private static final Map<String, String[]> DE = new HashMap<>();

    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry("phone", "phone"), Map.entry("cell", "phone"), Map.entry("fax", "fax"), Map.entry("ssn", "ssn"),
            Map.entry("mrn", "mrn"), Map.entry("plan", "health_plan"), Map.entry("group", "health_plan"),
            Map.entry("medicaid", "health_plan"), Map.entry("acct", "account"), Map.entry("bank", "account"),
            Map.entry("inv", "account"), Map.entry("cust", "account"), Map.entry("dl", "license"),
            Map.entry("medlic", "license"), Map.entry("gmc", "license"), Map.entry("nmc", "license"),
            Map.entry("bsnr", "license"), Map.entry("plate", "vehicle"), Map.entry("serial", "device"),
            Map.entry("passport", "national_id"), Map.entry("alien", "national_id"), Map.entry("claim", "other_id"),
            Map.entry("court", "other_id"), Map.entry("acc", "other_id"), Map.entry("subject", "other_id"),
            Map.entry("order", "other_id"), Map.entry("ticket", "other_id"), Map.entry("emp", "other_id"),
            Map.entry("student", "other_id"), Map.entry("rx", "other_id"), Map.entry("incident", "other_id"));

    static {
        american();
        british();
        german();
    }

    private FreshNumbers() {}

    static StyleSet.Slot write(FreshAsk ask) {
        String kind = KINDS.get(ask.stem());
        if (kind == null || !ask.tail().isEmpty()) {
            return null;
        }
        Map<String, String[]> masks = switch (ask.land()) {
            case US -> US;
            case UK -> UK;
            case DE -> DE;
        };
        String[] forms = masks.get(ask.stem());
        return forms == null ? null : FreshAsk.slot(kind, ask.mask(forms));
    }

    private static void american() {
        put(US, "phone", "(&1#) &##-####", "&1#-&##-####", "&1#.&##.####", "&1# &## ####", "+1 &1#-&##-####",
                "1-888-&##-####", "&1#/&##-####", "(&1#)&##-####", "&1#-&##-#### ext. &##", "&0#&##&###");
        put(US, "cell", "&1#-&##-####", "&1#&##&###", "&##-####", "(&0#) &##-####", "+1&0#&##&###", "&1#.&##.####");
        put(US, "fax", "(&1#) &##-####", "&1#-&##-####", "&1#.&##.####", "1-&1#-&##-####", "&1# &##-####",
                "+1 (&1#) &##-####");
        put(US, "ssn", "^##-%#-%###", "^## %# %###", "^##%#%###", "^##.%#.%###", "^##–%#–%###", "^##-%#-%###");
        put(US, "mrn", "%#######", "00%#####", "M00%#####", "%##-##-##", "E%######", "%###-####", "MR%#######",
                "0#-%#-##");
        put(US, "plan", "@@@%###########", "W%### ##### ##", "H%#######-0%", "%########@", "@%##-%##-%##",
                "YPX%########",
                "%####-%##-@@");
        put(US, "group", "00%#####", "%####-0#", "@@%####", "GRP%######", "%#-%####");
        put(US, "medicaid", "%#######@", "@@%####@", "%### #### ####", "%########-0#", "0%#-%##-###");
        put(US, "acct", "%########-0#", "A%####### ", "%### %### ###", "PA-%####-##", "7%#######", "G%####-%");
        put(US, "bank", "000%########", "%#########", "%###-%####-##", "%## %## %###", "%###########");
        put(US, "inv", "INV-$-0%###", "%######", "I%###-##", "$%#####", "SB%#######");
        put(US, "cust", "C-%#####", "%##-%####", "CU%######", "%#######", "@@-%###-#");
        put(US, "dl", "D%##-%###-%###", "@%######", "%## %## %##", "@%##-%##-##-%##-#", "%#######", "@@%#####@");
        put(US, "medlic", "MD%#####@", "35.%#####", "A%#####", "RN-%#####", "ME %#####", "PT-0%####", "%##-%####");
        put(US, "plate", "@@@ %###", "%@@@%##", "%##-@@@", "@@@-%##", "@@%#-%@#", "%##@@%");
        put(US, "serial", "PJN%#####@", "BLC %#####", "%###-%##-##", "@%#####/0%", "SN%########", "%#@%#@%####",
                "R$%####");
        put(US, "passport", "@%#######", "%########", "@ %### ####", "@%##-%####", "@%# %## ###");
        put(US, "alien", "A%## ### ###", "A%##-###-###", "A%########", "A %## ### ###", "A-%##-###-###");
        put(US, "claim", "CLM-$-00%###", "E%########-0#", "%###-%####-@", "$%##%#####", "@@%#########", "%#-%####-%##");
        put(US, "court", "$-CV-%####", "%:~-cv-0%###", "~-2-%####-% SEA", "CIV-~-%###", "D-%##-CV-$-0%###");
        put(US, "acc", "S~-%####", "%######-~", "R$-%#####", "@~-0%####", "%#########", "ACC%########");
        put(US, "subject", "0%#-%###", "%##-%##-@@", "US%#-0%#", "@@@-%###", "%###0#");
        put(US, "order", "ORD-%#######", "%#########", "PO%#####-%", "O-~-%####", "%###-%###-%");
        put(US, "ticket", "INC0%######", "HD-%####", "REQ%######", "SR %-%######", "TKT~%####");
        put(US, "emp", "E-%####", "%######", "EMP0%###", "@%####", "%#-%###");
        put(US, "student", "%######", "S%#######", "ST-%####", "%##-%##-%#", "$%####");
        put(US, "rx", "%######", "%#######-0%", "RX %###-%##", "C%######", "0%###-%####");
        put(US, "incident", "~-%#####", "P~%######", "$-000%####", "CAD%#########", "%#-~-%###");
    }

    private static void british() {
        put(UK, "phone", "020 7%## %###", "0%#% 4%# %###", "(01%##) %#####", "01%## %#####", "+44 (0)1%# %## ####",
                "01%##-%#####", "0300 %## ####", "0800 %##%###", "+44 20 7%## ####", "01%## %## ###");
        put(UK, "cell", "07%## %#####", "07%########", "07%## ### ###", "+44 7%## %#####", "+447%########",
                "07%##-%#####");
        put(UK, "fax", "01%## %#####", "020 7%## %###", "(01%##) %#####", "+44 1%## %#####", "0%#% %## ####");
        put(UK, "mrn", "RX%######", "@%#####", "K0%#####", "%## ####", "MRN%######", "%###/%##@");
        put(UK, "plan", "BU%#######", "%### %### ##", "0%######/0%", "PMI-%#####-@", "AX%##-%##-%#");
        put(UK, "acct", "%#######", "P%####-%", "PT/%####", "@@%##%##", "%### ####");
        put(UK, "bank", "%#######", "%### %###", "0%######", "%##-%####", "%#-%#-%###");
        put(UK, "inv", "INV/~/%###", "%#####", "SI-%####", "$-%###", "@@@%##");
        put(UK, "cust", "C%######", "%## %###", "@@@0%#", "CUST-%####", "%#####/@");
        put(UK, "gmc", "%######", "7%#####", "%## ####", "C%######", "4%#####");
        put(UK, "nmc", "%#@%###E", "0%A%###S", "~B%###W", "%#I####O");
        put(UK, "plate", "@@%# @@@", "@@6%@@@", "@%## @@@", "@@@ %##@", "@@1%-@@@");
        put(UK, "serial", "PK%######S", "%##-%####", "UK%#/%###", "@@@%###%", "%####### @");
        put(UK, "passport", "%########", "%### ### ##", "5%## ### ###", "%########");
        put(UK, "claim", "CL/~/%####", "%#/%#####/@@", "@@@.%###.%", "PI-%####-~", "QB~@%####");
        put(UK, "emp", "%#####", "E%####", "@@%###", "%###/%#", "PAY%####");
        put(UK, "order", "UBRN %### #### %###", "%### %### ####", "R-%#####", "ER%#######", "%##-%##-%##");
        put(UK, "incident", "CAD %### ", "W%#####", "~/%####/@", "INC-%######", "%####-%#%##$");
        put(UK, "acc", "~@%######", "%##/~", "RAD%#######", "H~-0%###", "@%##%###");
    }

    private static void german() {
        put(DE, "phone", "0%#%/%####", "(0%##) %#-%#", "0%#%-%######", "+49 %## %####-0", "0%### %## %#",
                "0049 %# %##%##",
                "0%## / %# %# %#", "+49 (0)%## %####-%#", "0%###/%##-%##");
        put(DE, "cell", "015%-%#######", "017% %######", "+49 16% %#######", "0151/%### ####", "0172%######");
        put(DE, "fax", "0%#%/%####-99", "(0%##) %#-%#9", "+49 %## %####-%#", "0%### %## %#", "0%#%-%####%");
        put(DE, "mrn", "%######", "00%####", "P-%#####", "%##.%##", "KB~/%####", "%#-%#-%#");
        put(DE, "plan", "%########", "PKV %### %###", "%###.%##.%#", "@@ %######-%", "%##/%######");
        put(DE, "acct", "%#########", "PK-%####", "%##-%##-%#", "D%######", "%### %###");
        put(DE, "bank", "%#########", "%## %### %##", "%######", "00%####%#", "%#-%###-%##");
        put(DE, "inv", "RE-$-%###", "%####/~", "R~%#####", "$/%####", "%#######-0%");
        put(DE, "cust", "%####", "KD-%#####", "%### %##", "K%##/%##", "D-%###-@");
        put(DE, "dl", "B0%#@@@%#@%", "J%#0#@%#@@%", "@0%#RRE%I%#", "%#/%###/~");
        put(DE, "bsnr", "%########", "72%######", "0%#######", "%# %### %##");
        put(DE, "plate", "MR-@@ %##", "HEF-@ %###", "K @@ %##", "B-@@%###", "STD @ %#", "HH@@%###E");
        put(DE, "serial", "%######-@%", "SN %#####", "@@%#.%##.%#", "0%###/%#", "DE%#####X");
        put(DE, "claim", "$-%#####-UV", "%#.%#####.%", "S ~ %#### @", "BG-%##/%###-~", "%###%##-%");
        put(DE, "court", "% C %##/~", "S %# KR %##/~", "L % U %#/~", "%# O %##/~", "S % R %###/~");
        put(DE, "acc", "H~-%####", "%#######", "L%###/~", "@-~-0%###", "%##%##-%");
        put(DE, "order", "A-%#####", "~%######", "%##-%####", "V %###/%#", "AU%######");
        put(DE, "emp", "%####", "PN %####", "0%####", "M-%###", "%#.%##");
    }

    private static void put(Map<String, String[]> land, String stem, String... masks) {
        for (int i = 0; i < masks.length; i++) {
            masks[i] = masks[i].strip();
        }
        land.put(stem, masks);
    }
}
