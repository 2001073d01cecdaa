import streamlit as st
from telemetry_core import connect

st.title("Telemetry")
