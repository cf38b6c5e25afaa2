"""The addresses of long work: reports, and the jobs that make them."""

from django.urls import URLPattern, path

from console.views import credential_report, jobs, transfer

job_urls: list[URLPattern] = [
    path("iam/credential-report", credential_report.report, name="credential-report"),
    path("iam/credential-report/csv", credential_report.download, name="credential-report-csv"),
    path("iam/export", transfer.export, name="export"),
    path("iam/import", transfer.import_, name="import"),
    path("iam/import/<uuid:job_id>", transfer.import_result, name="import-result"),
    path("iam/import/<uuid:job_id>/failures", transfer.failures, name="import-failures"),
    path("jobs", jobs.job_list_page, name="jobs"),
    path("jobs/<uuid:job_id>", jobs.job, name="job"),
    path("jobs/<uuid:job_id>/state", jobs.state, name="job-state"),
    path("jobs/<uuid:job_id>/cancel", jobs.cancel, name="job-cancel"),
    path("jobs/<uuid:job_id>/file", jobs.file, name="job-file"),
]
