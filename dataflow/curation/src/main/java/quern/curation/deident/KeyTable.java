package quern.curation.deident;

import static quern.curation.deident.IdentifierKind.ACCOUNT;
import static quern.curation.deident.IdentifierKind.ADDRESS;
import static quern.curation.deident.IdentifierKind.CREDIT_CARD;
import static quern.curation.deident.IdentifierKind.DATE;
import static quern.curation.deident.IdentifierKind.DEVICE;
import static quern.curation.deident.IdentifierKind.FAX;
import static quern.curation.deident.IdentifierKind.HEALTH_PLAN;
import static quern.curation.deident.IdentifierKind.LICENSE;
import static quern.curation.deident.IdentifierKind.MRN;
import static quern.curation.deident.IdentifierKind.NAME;
import static quern.curation.deident.IdentifierKind.NATIONAL_ID;
import static quern.curation.deident.IdentifierKind.OTHER_ID;
import static quern.curation.deident.IdentifierKind.PHONE;
import static quern.curation.deident.IdentifierKind.SSN;
import static quern.curation.deident.IdentifierKind.VEHICLE;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keys of records, as programs write them: {@code patient_first_name}, {@code dateOfBirth}, {@code postalCode}; among
 * them those of FHIR, C-CDA and the usual tables.
 */
final class KeyTable {

    private static final int WORDS_MAX = 8;
    /** Last words of other things, too: names of people and places only where they are the whole key. */
    private static final Set<String> WHOLE = Set.of("given", "family", "line", "user", "login", "passport", "plate",
            "cell", "nom", "ort", "last4", "address", "effectivetime", "birthday");
    /** What is done by something, not by somebody. */
    private static final Set<String> ORDERS = Set.of("sorted", "grouped", "ordered", "indexed", "divided", "powered",
            "limited", "partitioned", "scaled", "caused", "driven", "followed");
    private static final Map<String, IdentifierKind> KEYS = keys();

    private KeyTable() {}

    private static Map<String, IdentifierKind> keys() {
        Map<String, IdentifierKind> keys = new HashMap<>();
        put(keys, NAME, "firstname lastname givenname familyname surname forename middlename maidenname fullname "
                + "patientname membername subscribername insuredname guarantorname physicianname doctorname "
                + "contactname mothername fathername spousename emergencycontact nextofkin nachname vorname nom "
                + "prenom fname lname personname birthname previousname employeename customername accountholder "
                + "cardholder cardholdername beneficiaryname referringphysician attendingphysician given family "
                + "apellido apellidos cognome geburtsname familienname clientname realname legalname preferredname");
        put(keys, ADDRESS, "street streetaddress streetaddressline addressline addressline1 addressline2 "
                + "address1 address2 "
                + "address "
                + "homeaddress mailingaddress city town postalcode postcode zipcode zip plz strasse hausnummer "
                + "birthplace placeofbirth streetname housenumber wohnort anschrift adresse adresse1 ville "
                + "codepostal ort line");
        put(keys, PHONE, "phone phonenumber telephone tel mobile mobilephone cell cellphone homephone workphone "
                + "telefon telefonnummer handy mobil contactnumber phoneno phonehome phonework phonemobile mobileno "
                + "mobilenumber telephonenumber tele daytimephone eveningphone");
        put(keys, FAX, "fax faxnumber faxno telefax");
        put(keys, SSN, "ssn socialsecurity socialsecuritynumber ssnlast4 ssn4 lastfourssn ssnlastfour socialsecno");
        put(keys, MRN, "mrn patientid medicalrecordnumber patientnumber patientno patientidentifier encounterid "
                + "visitid visitnumber hospitalnumber chartnumber mrnumber patid medrecno patientmrn encounternumber "
                + "casenr fallnummer patientennummer patientenid admissionid hospitalid");
        put(keys, HEALTH_PLAN, "memberid membernumber policynumber policyid policyno subscriberid insuranceid "
                + "insurancenumber medicareid medicaidid beneficiaryid healthplanid hicn mbi groupnumber "
                + "insurancepolicy insurancepolicynumber versichertennummer kvnr subscribernumber memberno");
        put(keys, ACCOUNT, "accountnumber accountid acctno accountno customerid customernumber customerno "
                + "routingnumber sortcode bankaccount bankaccountnumber kundennummer kontonummer acctnumber");
        put(keys, LICENSE, "licensenumber licenseno driverlicense driverslicense driverlicensenumber dlnumber "
                + "passportnumber passportno passport drivinglicence licencenumber idcardnumber ausweisnummer dln");
        put(keys, VEHICLE, "vin licenseplate platenumber plate numberplate kennzeichen vehicleregistration "
                + "registrationplate");
        put(keys, DEVICE, "serialnumber serialno deviceid deviceserial imei udi macaddress deviceserialnumber "
                + "hardwareid devicesn");
        put(keys, NATIONAL_ID, "npi nhsnumber taxid nationalid tin nino nhsno steuerid nationalidentifier "
                + "nationalinsurancenumber providernpi chinumber");
        put(keys, CREDIT_CARD, "cardnumber creditcard creditcardnumber ccnumber cardno cardlast4 last4");
        put(keys, OTHER_ID, "employeeid employeenumber studentid studentnumber claimid claimnumber caseid casenumber "
                + "orderid ordernumber invoiceid invoicenumber ticketid ticketnumber bookingid bookingreference "
                + "confirmationnumber referencenumber accessionnumber specimenid sampleid prescriptionnumber rxnumber "
                + "subjectid user userid username login loginid badgenumber personid userhandle screenname claimno "
                + "specimennumber requisitionnumber confirmationcode bookingref orderno invoiceno fingerprintid "
                + "netid emplid uid");
        put(keys, DATE, "dob birthdate dateofbirth birthtime birthday geburtsdatum birthdt admissiondate "
                + "dischargedate dateofdeath deathdate deceaseddatetime visitdate servicedate dateofservice admitdate "
                + "effectivetime collectiondate");
        return Map.copyOf(keys);
    }

    private static void put(Map<String, IdentifierKind> keys, IdentifierKind kind, String words) {
        for (String word : words.split(" ")) {
            keys.put(word, kind);
        }
    }

    /** What a key names: the whole one, or else its last words; null for nothing. */
    static IdentifierKind of(String key) {
        List<String> words = words(key);
        if (isBy(words)) {
            return OTHER_ID;
        }
        for (int first = 0; first < words.size(); first++) {
            String last = String.join("", words.subList(first, words.size()));
            IdentifierKind kind = KEYS.get(last);
            if (kind != null && (first == 0 || !WHOLE.contains(last))) {
                return kind;
            }
        }
        return null;
    }

    /** {@code booked_by}, {@code createdBy}: whoever did it. */
    static boolean isBy(String key) {
        return isBy(words(key));
    }

    private static boolean isBy(List<String> words) {
        int last = words.size() - 1;
        String deed = last < 1 || !words.get(last).equals("by") ? "" : words.get(last - 1);
        return (deed.endsWith("ed") || deed.endsWith("en")) && !ORDERS.contains(deed);
    }

    /** Whether a key is of several words, joined as in programs. */
    static boolean isJoined(String key) {
        for (int i = 1; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == '_' || Character.isUpperCase(c) && Character.isLowerCase(key.charAt(i - 1))) {
                return true;
            }
        }
        return false;
    }

    /** {@code patient_firstName2} is patient, first, name. */
    private static List<String> words(String key) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < key.length() && words.size() < WORDS_MAX; i++) {
            char c = key.charAt(i);
            boolean hump = i > 0 && Character.isUpperCase(c) && Character.isLowerCase(key.charAt(i - 1));
            if (hump || !Character.isLetterOrDigit(c)) {
                end(words, word);
            }
            if (Character.isLetterOrDigit(c)) {
                word.append(Character.toLowerCase(c));
            }
        }
        end(words, word);
        return words;
    }

    private static void end(List<String> words, StringBuilder word) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }
}
