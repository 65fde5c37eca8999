//! Reports are taken as a running Geotrek takes them, and the truth is kept.

use jalon_tests::fixture_server::{Answer, Fault, Options, TestGeotrek};
use jalon_tests::generator::{Size, Territory};
use serde_json::{Value, json};

use super::{options, start};

pub(crate) const REPORTS: &str = "/api/v2/feedback_report/";
pub(crate) const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
pub(crate) const PARTS: &[(&str, &str)] = &[("content-type", "multipart/form-data; boundary=x")];

/// A server without a socket.
pub(crate) fn unheard() -> TestGeotrek {
    unheard_with(options())
}

pub(crate) fn unheard_with(options: Options) -> TestGeotrek {
    TestGeotrek::unheard(Territory::generate(Size::default(), 1), options)
}

/// A grey picture, in as few bytes as its format has.
pub(crate) fn picture(format: image::ImageFormat, grey: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 8, image::Rgb([grey; 3])).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

pub(crate) fn jpeg(grey: u8) -> Vec<u8> {
    picture(image::ImageFormat::Jpeg, grey)
}

/// A body of one comment and some files: their fields, names and bytes.
pub(crate) fn multipart(comment: &str, files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = format!("--x\r\nContent-Disposition: form-data; name=\"comment\"\r\n\r\n{comment}\r\n").into_bytes();
    for (field, name, bytes) in files {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.into_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    body
}

pub(crate) fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

fn post(server: &TestGeotrek, body: &str) -> Answer {
    server.send("POST", REPORTS, FORM, body.as_bytes(), None).expect("an answer")
}

#[test]
fn a_report_is_answered_and_stored() {
    let server = unheard();
    let body = "email=a%40b.fr&comment=+l%27eau+%3C3+&activity=1&category=2&problem_magnitude=3&related_trek=1\
        &geom=POINT(6.3+44.8)&nom=x";
    let answer = post(&server, body);
    let right = json!({"id": 1, "email": "a@b.fr", "activity": 1, "comment": "l&#x27;eau &lt;3", "category": 2,
        "status": 5, "problem_magnitude": 3, "related_trek": 1});
    assert_eq!((answer.status, json_of(&answer)), (201, right.clone()));
    let empty = post(&server, "");
    let nothing = json!({"id": 2, "email": "", "activity": null, "comment": "", "category": null,
        "status": 5, "problem_magnitude": null, "related_trek": null});
    assert_eq!((empty.status, json_of(&empty)), (201, nothing));
    let [report, _] = &server.reports()[..] else { panic!("two reports") };
    assert_eq!((report.id, &report.answer, &report.body[..]), (1, &right, body.as_bytes()));
    assert_eq!((report.field("comment"), report.field("nom")), (Some(" l'eau <3 "), Some("x")));
    let posts = server.posts();
    let post = &posts[report.post];
    assert_eq!((post.method.as_str(), post.path.as_str(), post.whole), ("POST", REPORTS, true));
    assert_eq!((post.status, post.stored, post.body()), (Some(201), Some(1), body.as_bytes()));
    assert_eq!(post.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert!(!post.overlaps(&posts[1]));
    server.forget_reports();
    assert!(server.reports().is_empty() && server.posts().is_empty());
    assert_eq!(json_of(&super::reports::post(&server, ""))["id"], 1);
    assert_eq!(server.reports()[0].post, 0);
}

#[test]
fn each_address_wants_its_own_slash() {
    let server = unheard();
    let ask = |method: &str, path: &str, headers: &[(&str, &str)]| {
        server.send(method, path, headers, b"comment=x", None).expect("an answer")
    };
    let moved = ask("POST", "/api/v2/feedback_report?a=1", FORM);
    let location = ("location".to_owned(), "/api/v2/feedback_report/?a=1".to_owned());
    assert!(moved.status == 301 && moved.headers.contains(&location));
    assert_eq!(ask("POST", "/api/fr/reports/report/", FORM).status, 404);
    assert_eq!(ask("POST", "/api/v2/trek/", FORM).status, 405);
    assert_eq!(ask("POST", REPORTS, &[("content-type", "application/json")]).status, 415);
    assert_eq!(ask("POST", REPORTS, &[]).status, 415);
    assert_eq!(ask("POST", REPORTS, &[FORM[0], ("accept", "text/html")]).status, 406);
    assert_eq!(ask("POST", REPORTS, &[("content-type", "multipart/form-data")]).status, 400);
    for path in [REPORTS, "/api/fr/reports/report"] {
        let answer = server.ask("GET", path, &[("accept-language", "en")]).unwrap();
        let word = if path == REPORTS {
            "Method \"GET\" not allowed."
        } else {
            "Méthode «\u{a0}GET\u{a0}» non autorisée."
        };
        assert_eq!((answer.status, json_of(&answer)), (405, json!({"detail": word})));
    }
    assert!(server.reports().is_empty());
    assert_eq!(ask("POST", REPORTS, &[FORM[0], ("accept", "text/html, */*;q=0.1")]).status, 201);
    assert_eq!(ask("POST", "/api/it/reports/report", FORM).status, 201);
    // In English no status is named as a new report's must be.
    assert_eq!(json_of(&ask("POST", "/api/en/reports/report", FORM))["status"], Value::Null);
    assert_eq!((server.reports().len(), server.posts().len()), (3, 10));
}

#[test]
fn what_is_wrong_is_said_in_the_language_of_the_one_who_asks() {
    let server = unheard();
    let body = "email=x&activity=99&category=Faune&problem_magnitude=0&status=-1&related_trek=99999&comment=a%00\
        &geom=nord";
    let english = server.send("POST", REPORTS, &[FORM[0], ("accept-language", "en")], body.as_bytes(), None).unwrap();
    let missing = |key: &str| json!([format!("Invalid pk \"{key}\" - object does not exist.")]);
    assert_eq!(english.status, 400);
    assert_eq!(
        json_of(&english),
        json!({"email": ["Enter a valid email address."], "activity": missing("99"),
            "comment": ["Null characters are not allowed."],
            "category": ["Incorrect type. Expected pk value, received str."], "status": missing("-1"),
            "problem_magnitude": missing("0"), "related_trek": missing("99999"),
            "geom": ["Unable to convert to python object: String input unrecognized as WKT EWKT, and HEXEWKB."]})
    );
    let italian = server.send("POST", "/api/it/reports/report", FORM, b"email=x", None).unwrap();
    assert_eq!(json_of(&italian), json!({"email": ["Inserisci un indirizzo email valido."]}));
    for geom in ["", "POINT(6 44 1200)", "LINESTRING(6 44, 7 45)", "SRID=2154;POINT(955000 6428000)", "POINT(500 500)"]
    {
        let broken = post(&server, &format!("geom={geom}"));
        assert_eq!((broken.status, broken.body.starts_with(b"\n<!DOCTYPE html>")), (500, true), "{geom}");
    }
    assert!(server.reports().is_empty());
    for geom in ["POINT(44.8 6.3)", "POINT(-120 10)", "POINT(nan nan)", "POINT EMPTY"] {
        assert_eq!(post(&server, &format!("geom={geom}")).status, 201, "{geom}");
    }
    assert_eq!(server.reports().len(), 4);
}

#[test]
fn attachments_are_kept_or_dropped_without_a_word() {
    use image::ImageFormat::{Png, WebP};
    let server = unheard();
    let (photo, png, webp) = (jpeg(1), picture(Png, 2), picture(WebP, 3));
    let long = format!("{}.jpg", "n".repeat(300));
    let files: [(&str, &str, &[u8]); 13] = [
        ("a", "lost.jpg", &photo),
        ("a", "../a.JPG", &photo),
        ("b", "b.png", &png),
        ("c", "c.webp", &webp),
        ("d", "d.gif", b"GIF87a"),
        ("e", "e.heic", b"\0\0\0\x18ftypheic"),
        ("f", "f.pdf", b"%PDF-1.4"),
        ("g", "g", &photo),
        ("h", "h.png", &photo),
        ("i", "i.jpg", &photo[..photo.len() / 2]),
        ("j", "j.jpg", b""),
        ("k", &long, &photo),
        ("l", "l.jpg", &jpeg(4)),
    ];
    let body = multipart("x", &files);
    assert_eq!(server.send("POST", REPORTS, PARTS, &body, None).unwrap().status, 201);
    let report = &server.reports()[0];
    let kept: Vec<_> = report.attachments.iter().map(|kept| (kept.field.as_str(), kept.name.as_str())).collect();
    assert_eq!(kept, [("a", "a.JPG"), ("b", "b.png"), ("c", "c.webp"), ("l", "l.jpg")]);
    assert_eq!((&report.attachments[0].bytes, report.dropped.len()), (&photo, 8));
    assert_eq!(report.dropped[6].sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    // A picture after which nothing comes, not even the end, is lost; the fields before it are not.
    let cut = multipart("y", &[("a", "a.jpg", &photo)]);
    assert_eq!(server.send("POST", REPORTS, PARTS, &cut[..cut.len() - 9], None).unwrap().status, 201);
    let report = &server.reports()[1];
    assert_eq!((report.field("comment"), report.attachments.len(), report.dropped.len()), (Some("y"), 0, 0));
}

#[test]
fn equal_names_can_cost_a_picture() {
    let server = unheard();
    let send = |name: &str| {
        let body = multipart("x", &[("a", name, &jpeg(1)), ("b", name, &jpeg(2))]);
        server.send("POST", REPORTS, PARTS, &body, None).unwrap().status
    };
    assert_eq!((send("same.jpg"), send("same.jpg")), (201, 201));
    server.faults().add(Fault::LoseSameName);
    assert_eq!((send("same.jpg"), send("own.jpg")), (201, 201));
    let kept: Vec<usize> = server.reports().iter().map(|report| report.attachments.len()).collect();
    assert_eq!(kept, [2, 2, 0, 2]);
}

#[test]
fn a_report_is_known_again_only_where_it_is_agreed() {
    let body = "comment=x&uuid=6f1c1b1e-0000-4000-8000-00000000000a";
    let stock = unheard();
    assert_eq!(
        (json_of(&post(&stock, body))["id"].clone(), json_of(&post(&stock, body))["id"].clone()),
        (1.into(), 2.into())
    );
    let agreed = unheard_with(Options { idempotent_reports: true, ..options() });
    let first = json_of(&post(&agreed, body));
    let again = post(&agreed, &body.replace("00a", "00A"));
    assert_eq!((again.status, json_of(&again)), (201, first));
    assert_eq!(post(&agreed, "comment=x&uuid=1").status, 400);
    assert_eq!(json_of(&post(&agreed, "comment=x"))["id"], 2);
    assert_eq!(json_of(&post(&agreed, "comment=x&uuid="))["id"], 3);
    let stored: Vec<_> = agreed.posts().iter().map(|post| post.stored).collect();
    assert_eq!(stored, [Some(1), None, None, Some(2), Some(3)]);
}

#[test]
fn a_report_comes_over_a_socket_in_one_piece_or_in_chunks() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let server = start();
    let body = multipart("é", &[("a", "a.jpg", &jpeg(9))]);
    let client = reqwest::blocking::Client::new();
    let request = || client.post(format!("{}{REPORTS}", server.url())).header("content-type", PARTS[0].1);
    assert_eq!(request().body(body.clone()).send().unwrap().status(), 201);
    let unsized_body = reqwest::blocking::Body::new(std::io::Cursor::new(body.clone()));
    assert_eq!(request().body(unsized_body).send().unwrap().status(), 201);
    let [one, chunks] = &server.reports()[..] else { panic!("two reports") };
    assert_eq!((&one.body, &chunks.body), (&body, &body));
    assert_eq!(one.attachments, chunks.attachments);
    let posts = server.posts();
    assert_eq!(posts[1].header("transfer-encoding"), Some("chunked"));
    assert!(posts.iter().all(|post| post.whole && post.status == Some(201)));
    assert!(posts[1].bytes.len() > posts[0].body().len());
    assert!(!posts[0].overlaps(&posts[1]));
}
