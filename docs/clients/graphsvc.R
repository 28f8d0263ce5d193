# Plain functions for R: source("graphsvc.R") and ask. They need the packages httr2 and jsonlite.
#
#   service <- "http://127.0.0.1:8000"
#   answer <- graphsvc_ask(service, "NAME-OF-A-QUESTION", parameter = "value")
#   answer$rows; answer$release; answer$evidence

# What an address gives as JSON. Stops with the sentence of the service where it refuses.
graphsvc_get <- function(address, query = list()) {
  pairs <- unlist(lapply(names(query), function(name) {
    values <- vapply(as.character(query[[name]]), utils::URLencode, "", reserved = TRUE)
    paste0(name, "=", values)
  }))
  if (length(pairs) > 0) address <- paste0(address, "?", paste(pairs, collapse = "&"))
  request <- httr2::req_error(httr2::request(address), body = function(answer) {
    problem <- tryCatch(httr2::resp_body_json(answer, check_type = FALSE), error = function(e) NULL)
    if (is.null(problem$detail)) NULL else problem$detail
  })
  jsonlite::fromJSON(httr2::resp_body_string(httr2::req_perform(request)), simplifyVector = FALSE)
}

# A table of all questions: name, title, parameters.
graphsvc_questions <- function(service) {
  found <- graphsvc_get(paste0(service, "/api/questions"))$questions
  data.frame(
    name = vapply(found, function(one) one$name, ""),
    title = vapply(found, function(one) one$title, ""),
    parameters = vapply(found, function(one) {
      paste(vapply(one$parameters, function(given) given$name, ""), collapse = " ")
    }, ""))
}

# The complete answer to a question: a list of `rows` (a data frame with labels in place of IRIs),
# `evidence` (a data frame: row, citation, passage), `release`, `sentence`, `silence`.
graphsvc_ask <- function(service, question, ...) {
  address <- paste0(service, "/api/questions/", question)
  page <- graphsvc_get(address, c(list(...), list(limit = 10000)))
  rows <- page$rows
  labels <- page$labels
  first <- page
  while (!is.null(page[["next"]])) {
    page <- graphsvc_get(page[["next"]])
    rows <- c(rows, page$rows)
    labels <- utils::modifyList(labels, page$labels)
  }
  columns <- Filter(function(column) column$type != "evidence", first$columns)
  cited <- Filter(function(column) column$type == "evidence", first$columns)
  cells <- lapply(columns, function(column) {
    unlist(lapply(rows, function(row) graphsvc_cell(row[[column$name]], labels)))
  })
  names(cells) <- vapply(columns, function(column) column$name, "")
  evidence <- do.call(rbind, lapply(seq_along(rows), function(at) {
    do.call(rbind, lapply(cited, function(column) {
      do.call(rbind, lapply(rows[[at]][[column$name]], function(passage) {
        place <- paste0(passage$title, ", line ", passage$line)
        data.frame(row = at, citation = if (is.null(passage$label)) place else passage$label,
                   passage = passage$passage)
      }))
    }))
  }))
  list(rows = data.frame(cells, check.names = FALSE), evidence = evidence,
       release = first$release, sentence = first$sentence, silence = unlist(first$silence$lines))
}

# A value as a cell: the label of a thing, NA for what is not stated.
graphsvc_cell <- function(value, labels) {
  if (is.null(value)) return(NA)
  if (is.character(value) && !is.null(labels[[value]])) labels[[value]] else value
}

# The rows of a SELECT query as a data frame of texts. The form is urlencoded, as SPARQL wants it.
graphsvc_sparql <- function(service, query) {
  request <- httr2::request(paste0(service, "/sparql"))
  request <- httr2::req_headers(httr2::req_body_form(request, query = query), Accept = "text/csv")
  utils::read.csv(text = httr2::resp_body_string(httr2::req_perform(request)),
                  colClasses = "character", check.names = FALSE)
}
