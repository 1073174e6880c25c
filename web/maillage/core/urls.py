"""Addresses for the programs that carry our messages, and for what their readers choose."""

from django.urls import path

from maillage.core import views

app_name = "core"
urlpatterns = [
    path("sms/accuses/", views.sms_receipt, name="sms_receipt"),
    path("sms/accuses/<str:key>/", views.sms_receipt, name="sms_receipt_at"),
    path("messages/choix/<str:token>/", views.stop, name="stop"),
]
