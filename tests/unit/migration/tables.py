"""Small exports of another system, as its data export writes them."""

import csv
from collections.abc import Sequence
from pathlib import Path

ACCOUNTS = [
    ["Id", "IsDeleted", "Name", "BillingStreet", "BillingCity", "BillingState", "Phone", "Website", "Industry", "OwnerId",
     "CreatedDate", "SystemModstamp", "AnnualRevenue"],
    ["001A1", "0", "Edge Communications", "312 Constitution Pl", "Austin", "TX", "(512) 757-6000", "http://edgecomm.com",
     "Electronics", "005U1", "2019-03-05T08:30:00.000Z", "2024-01-01T00:00:00.000Z", "139000000"],
    ["001A2", "0", "苏州恒力机械有限公司", "苏州市工业园区星湖街328号", "", "", "0512-66668888", "", "Machinery", "admin",
     "2020-11-20T01:00:00.000Z", "2024-01-01T00:00:00.000Z", ""],
    ["001A3", "0", "Edge Communications", "", "Boston", "MA", "", "", "", "005U1", "2021-01-01T00:00:00.000Z", "", ""],
]  # fmt: skip
CONTACTS = [
    ["Id", "AccountId", "LastName", "FirstName", "Email", "Phone", "MobilePhone", "Title", "OwnerId", "CreatedDate", "IsDeleted",
     "SystemModstamp", "LeadSource"],
    ["003C1", "001A1", "Gonzalez", "Rose", "rose@edge.com", "(512) 757-6000", "", "SVP", "005U1", "2019-03-06T08:30:00.000Z", "0", "", "Web"],
    ["003C2", "001A2", "王", "小明", "wang@hengli.cn", "", "13800138001", "采购经理", "admin", "2020-11-21T01:00:00.000Z", "0", "", ""],
    ["003C3", "001A9", "Levy", "Babara", "", "", "", "", "005U1", "2020-11-21T01:00:00.000Z", "0", "", ""],
]  # fmt: skip
DEALS = [
    ["Id", "AccountId", "Name", "StageName", "Amount", "CloseDate", "LeadSource", "OwnerId", "CreatedDate", "IsDeleted",
     "SystemModstamp", "Probability"],
    ["006D1", "001A1", "Edge Installation", "Closed Won", "50000.10", "2024-05-01", "Web", "005U1", "2024-01-02T00:00:00.000Z", "0", "", "100"],
    ["006D2", "001A3", "Edge Emergency Generator", "Proposal/Price Quote", "75000.25", "2024-06-01", "", "005U1", "2024-02-02T00:00:00.000Z", "0", "", "75"],
    ["006D3", "001A2", "注塑机二期", "Closed Lost", "120000.00", "2024-07-01", "", "admin", "2024-02-03T00:00:00.000Z", "0", "", "0"],
]  # fmt: skip
ORDERS = [
    ["Id", "OrderNumber", "AccountId", "OpportunityId", "EffectiveDate", "Status", "TotalAmount", "OwnerId", "CreatedDate", "IsDeleted",
     "SystemModstamp", "Description"],
    ["801O1", "00000100", "001A1", "006D1", "2024-05-02", "已确认", "50000.10", "005U1", "2024-05-02T00:00:00.000Z", "0", "", "first"],
    ["801O2", "00000101", "001A2", "", "2024-05-03", "", "19.90", "admin", "2024-05-03T00:00:00.000Z", "0", "", ""],
    ["801O3", "00000102", "001A2", "", "", "", "7.00", "admin", "2024-05-03T00:00:00.000Z", "0", "", "no day"],
]  # fmt: skip
TABLES = {"Account.csv": ACCOUNTS, "Contact.csv": CONTACTS, "Opportunity.csv": DEALS, "Order.csv": ORDERS}


def write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """The rows as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def salesforce(folder: Path, *names: str) -> Path:
    """A folder with these of its tables, or with all four."""
    folder.mkdir(exist_ok=True)
    for name in names or TABLES:
        write(folder / name, TABLES[name])
    return folder
